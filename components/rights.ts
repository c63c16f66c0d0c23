import type { V1SelfSubjectAccessReview, V1SelfSubjectRulesReview } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import { neededRules } from "../manifests/deployer.ts";
import { missingForDeletion, type Right, wordsOf } from "../manifests/missing-rights.ts";
import type { Plan } from "../model/plan.ts";
import { owningStack } from "../model/shards.ts";
import { type AskApiServer, apiServerOf } from "./api-server.ts";

const AUTHORIZATION_API = "authorization.k8s.io/v1";

/**
 * Stops an `up` whose identity may delete objects that it may not list and watch, because the provider would
 * silently wait for ever. Skipped in a preview, which deletes nothing, and if the cluster cannot be asked.
 * @throws pulumi.RunError with every missing right, and who can grant it
 */
export async function requireRights(plan: Plan): Promise<void> {
  if (pulumi.runtime.isDryRun()) return;
  const teams = plan.platform && (plan.platform.buildTriggers?.namespaces.map(({ team }) => team) ?? []);
  const lines = await missing(plan.cluster, neededRules(teams)).catch(() => []);
  if (lines.length === 0) return;
  const stack = owningStack(pulumi.getStack(), plan.rollout);
  const fix = `npm run fleet -- deployer --stack ${stack} | kubectl apply -f -`;
  throw new pulumi.RunError(
    [
      "Without these rights a deletion would hang. Nothing was changed:",
      ...lines,
      `An administrator can grant them: ${fix}`,
    ].join("\n  "),
  );
}

async function missing(cluster: Plan["cluster"], needed: ReturnType<typeof neededRules>): Promise<string[]> {
  const ask = await apiServerOf(cluster);
  const lines = await Promise.all([...needed].map((entry) => missingIn(ask, ...entry)));
  return [...new Set(lines.flat())].sort();
}

async function missingIn(
  ask: AskApiServer,
  namespace: string,
  rules: Parameters<typeof missingForDeletion>[0],
): Promise<string[]> {
  const { status } = await review<V1SelfSubjectRulesReview>(ask, "SelfSubjectRulesReview", { namespace });
  const granted = status?.resourceRules ?? [];
  const unknown = missingForDeletion(rules, granted);
  // The API server's list of rules may be incomplete, so each missing one is checked individually.
  const denied = await Promise.all(unknown.map((right) => isDenied(ask, namespace, right)));
  return unknown
    .filter((_, index) => denied[index])
    .map((right) => `${wordsOf(right)} in the namespace ${namespace}`);
}

async function isDenied(ask: AskApiServer, namespace: string, right: Right): Promise<boolean> {
  const { group, name, verb } = right;
  const [resource = "", subresource] = right.resource.split("/");
  const resourceAttributes = {
    group,
    resource,
    verb,
    namespace,
    ...(name && { name }),
    ...(subresource && { subresource }),
  };
  const { status } = await review<V1SelfSubjectAccessReview>(ask, "SelfSubjectAccessReview", {
    resourceAttributes,
  });
  return status?.allowed !== true;
}

/** @throws Error if the API server does not answer the review */
async function review<Review>(ask: AskApiServer, kind: string, spec: object): Promise<Review> {
  const path = `/apis/${AUTHORIZATION_API}/${kind.toLowerCase()}s`;
  const body = { apiVersion: AUTHORIZATION_API, kind, spec };
  const answer = await ask({ method: "POST", path, body });
  if (answer.status !== 201) throw new Error(`The API server answered ${answer.status}`);
  return answer.body as Review;
}

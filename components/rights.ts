import type { AuthorizationV1Api } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import { neededRules } from "../manifests/deployer.ts";
import { missingForDeletion, type Right, wordsOf } from "../manifests/missing-rights.ts";
import type { Plan } from "../model/plan.ts";
import { owningStack } from "../model/shards.ts";
import { kubeConfig } from "./kube-config.ts";

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
  const { AuthorizationV1Api } = await import("@kubernetes/client-node");
  const api = (await kubeConfig(cluster)).makeApiClient(AuthorizationV1Api);
  const lines = await Promise.all([...needed].map((entry) => missingIn(api, ...entry)));
  return [...new Set(lines.flat())].sort();
}

async function missingIn(
  api: AuthorizationV1Api,
  namespace: string,
  rules: Parameters<typeof missingForDeletion>[0],
): Promise<string[]> {
  const { status } = await api.createSelfSubjectRulesReview({ body: { spec: { namespace } } });
  const granted = status?.resourceRules ?? [];
  const unknown = missingForDeletion(rules, granted);
  // The API server's list of rules may be incomplete, so each missing one is checked individually.
  const denied = await Promise.all(unknown.map((right) => isDenied(api, namespace, right)));
  return unknown
    .filter((_, index) => denied[index])
    .map((right) => `${wordsOf(right)} in the namespace ${namespace}`);
}

async function isDenied(api: AuthorizationV1Api, namespace: string, right: Right): Promise<boolean> {
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
  const { status } = await api.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } });
  return status?.allowed !== true;
}

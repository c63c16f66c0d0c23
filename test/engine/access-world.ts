import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Cluster, type Identity, openCluster } from "../../fleet/cluster.ts";
import type { FleetStack } from "./fleet-stack.ts";
import { post, sendOrThrow } from "./requests.ts";

export const KARGO = "/apis/kargo.akuity.io/v1alpha1";
export const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/** The API server as the administrator, who creates objects for tests and impersonates others. */
export function administrator({ admin }: Pick<FleetStack, "admin">): Promise<Cluster> {
  return openCluster({ kubeconfig: admin, context: "sandbox" });
}

/** The API server with a real token of a ServiceAccount. */
export async function withTokenOf(stack: FleetStack, namespace: string, account: string): Promise<Cluster> {
  const admin = await administrator(stack);
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const answer = await sendOrThrow(admin, post(path, body));
  admin.close();
  const { token } = (answer.body as { status: { token: string } }).status;
  const file = join(stack.folder, `${account}.kubeconfig`);
  const config = await readFile(stack.admin, "utf8");
  await writeFile(file, config.replace(/token: .*/, `token: ${token}`), { mode: 0o600 });
  return openCluster({ kubeconfig: file, context: "sandbox" });
}

/** An identity with all RBAC rights, so that only the guard can refuse. */
export function unbound(user: string, ...groups: string[]): Identity {
  return { user, groups: [...groups, "system:masters"] };
}

/** A Promotion as a person creates it with kubectl. */
export const promotionTo = (stage: string, metadata: object = { generateName: "by-hand-" }) => ({
  apiVersion: "kargo.akuity.io/v1alpha1",
  kind: "Promotion",
  metadata,
  spec: { stage, freight: "abc", steps: [{ uses: "git-clone" }] },
});

/** Creates a Promotion and a Freight as Kargo would; an audit's probes need existing objects. */
export async function promoteOnce(cluster: Cluster, service: string): Promise<void> {
  const as = unbound("somebody", "break-glass");
  const labels = { "test.kargo-fleet/made": "by-hand" };
  const freight = {
    apiVersion: "kargo.akuity.io/v1alpha1",
    kind: "Freight",
    metadata: { name: "abc", labels },
    origin: { kind: "Warehouse", name: service },
    alias: "old-otter",
  };
  const project = `${KARGO}/namespaces/kargo-${service}`;
  const promotion = promotionTo("prod", { name: "prod.old", labels });
  await sendOrThrow(cluster, post(`${project}/promotions`, promotion, as));
  await sendOrThrow(cluster, post(`${project}/freights`, freight, as));
}

/** An identity: directory groups, or a user such as a ServiceAccount. */
export type Subject = { readonly groups: readonly string[] } | { readonly user: string };

/** The `resourceAttributes` of a SubjectAccessReview. */
export type Attempt = Readonly<Record<string, string>>;

/** Which of these attempts the API server allows. */
export async function allowedTo(
  stack: FleetStack,
  who: Subject,
  attempts: readonly Attempt[],
): Promise<boolean[]> {
  const admin = await administrator(stack);
  const reviews = attempts.map(async (resourceAttributes) => {
    const body = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user: "somebody", ...who, resourceAttributes },
    };
    const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    const { body: review } = await sendOrThrow(admin, post(path, body));
    return (review as { status: { allowed: boolean } }).status.allowed;
  });
  const answers = await Promise.all(reviews);
  admin.close();
  return answers;
}

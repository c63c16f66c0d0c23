import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type Cluster, type ClusterAnswer, type Identity, openCluster } from "../../fleet/cluster.ts";
import type { FleetStack } from "./fleet-stack.ts";

export const KARGO = "/apis/kargo.akuity.io/v1alpha1";
export const RBAC = "/apis/rbac.authorization.k8s.io/v1";
export const DRY = "dryRun=All";

/** The API server as the administrator, who creates objects for tests and impersonates others. */
export function administrator({ admin }: FleetStack): Promise<Cluster> {
  return openCluster({ kubeconfig: admin, context: "sandbox" });
}

/** The API server with a real token of a ServiceAccount. */
export async function withTokenOf(stack: FleetStack, namespace: string, account: string): Promise<Cluster> {
  const admin = await administrator(stack);
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const answer = await sendOrThrow(admin, { method: "POST", path, body });
  admin.close();
  const { token } = (answer.body as { status: { token: string } }).status;
  const file = join(stack.folder, `${account}.kubeconfig`);
  const config = await readFile(stack.admin, "utf8");
  await writeFile(file, config.replace(/token: .*/, `token: ${token}`), { mode: 0o600 });
  return openCluster({ kubeconfig: file, context: "sandbox" });
}

/** A request that must succeed as a precondition. @throws Error with the API server's message */
export async function sendOrThrow(
  cluster: Cluster,
  request: Parameters<Cluster["send"]>[0],
): Promise<ClusterAnswer> {
  const answer = await cluster.send(request);
  if (answer.status >= 300)
    throw new Error(`${request.method} ${request.path}: ${JSON.stringify(answer.body)}`);
  return answer;
}

/** An identity with all RBAC rights, so that only the guard can refuse. */
export function unbound(user: string, ...groups: string[]): Identity {
  return { user, groups: [...groups, "system:masters"] };
}

/** Creates a Promotion and a Freight as Kargo would; an audit's probes need existing objects. */
export async function promoteOnce(cluster: Cluster, namespace: string, service: string): Promise<void> {
  const as = unbound("somebody", "break-glass");
  const labels = { "test.kargo-fleet/made": "by-hand" };
  const promotion = {
    apiVersion: "kargo.akuity.io/v1alpha1",
    kind: "Promotion",
    metadata: { name: "prod.old", namespace, labels },
    spec: { stage: "prod", freight: "abc", steps: [{ uses: "git-clone" }] },
  };
  const freight = {
    apiVersion: "kargo.akuity.io/v1alpha1",
    kind: "Freight",
    metadata: { name: "abc", namespace, labels },
    origin: { kind: "Warehouse", name: service },
    alias: "old-otter",
  };
  await sendOrThrow(cluster, {
    method: "POST",
    path: `${KARGO}/namespaces/${namespace}/promotions`,
    body: promotion,
    as,
  });
  await sendOrThrow(cluster, {
    method: "POST",
    path: `${KARGO}/namespaces/${namespace}/freights`,
    body: freight,
    as,
  });
}

/** The result of a `fleet` command. */
export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npm run fleet -- …` in the stack's folder. */
export async function fleet(stack: FleetStack, ...args: readonly string[]): Promise<CommandResult> {
  const program = join(process.cwd(), "fleet/main.ts");
  const options = { cwd: stack.folder, reject: false, env: { NO_COLOR: "1" } } as const;
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], options);
  return { exitCode, stdout, stderr };
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
    const { body: review } = await sendOrThrow(admin, { method: "POST", path, body });
    return (review as { status: { allowed: boolean } }).status.allowed;
  });
  const answers = await Promise.all(reviews);
  admin.close();
  return answers;
}

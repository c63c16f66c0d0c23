import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { GITOPS } from "./catalogue.ts";
import { IDENTITIES } from "./control-plane/credentials.ts";
import { untilReady } from "./control-plane/readiness.ts";
import type { Kubeconfigs } from "./control-plane.ts";
import { type AppliedObject, applied } from "./deployer.ts";
import { connectionOf, kubernetesApi } from "./kubernetes-api.ts";
import { startRecorded } from "./processes.ts";
import type { Paths } from "./toolchain/look.ts";

/** The programs that it needs. */
export const ARGO_CD_PROGRAMS = ["sandbox-argo-cd", "helm"] as const;

/** The name of its process. */
export const ARGO_CD = "Argo CD";

/**
 * Starts Argo CD's application controller and repo-server as one process of the sandbox. First it creates the
 * objects of Argo CD's installation and the credential of the GitOps repository.
 * @returns the path of the log
 */
export async function startArgoCd(
  directory: string,
  programs: Paths<(typeof ARGO_CD_PROGRAMS)[number]>,
  kubeconfigs: Pick<Kubeconfigs, "admin" | "argoCd">,
  github: { readonly url: string; readonly token: string },
): Promise<string> {
  const api = kubernetesApi(await connectionOf(kubeconfigs.admin));
  for (const { path, object } of argoCdObjects(github.token)) await api.apply(path, JSON.stringify(object));
  api.close();
  const folder = join(directory, "argo-cd");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const log = join(directory, "logs", "argo-cd.log");
  const ready = join(folder, "ready.json");
  const started = await startRecorded(directory, {
    name: ARGO_CD,
    path: programs["sandbox-argo-cd"],
    arguments: [
      "run",
      ...["--directory", folder],
      ...["--helm", programs.helm],
      ...["--github", github.url],
      ...["--ready-file", ready],
    ],
    environment: { ...process.env, KUBECONFIG: kubeconfigs.argoCd, GOMEMLIMIT: "300MiB" },
    log,
  });
  await untilReady(started, () => access(ready));
  return log;
}

/** The objects of Argo CD's installation that its controller reads, and the Secret for the repository. */
export function argoCdObjects(token: string): readonly AppliedObject[] {
  const metadata = (name: string, labels: Readonly<Record<string, string>>) => ({
    name,
    namespace: "argocd",
    labels,
  });
  const installed = { "app.kubernetes.io/part-of": "argocd" };
  const repository = { "argocd.argoproj.io/secret-type": "repository" };
  return [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "argocd-application-controller" },
      // Argo CD's own installation grants everything too.
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: IDENTITIES["argo-cd"].user }],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("argocd-cm", installed), data: {} },
    { apiVersion: "v1", kind: "Secret", metadata: metadata("argocd-secret", installed), stringData: {} },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata("repository-gitops", repository),
      stringData: {
        type: "git",
        url: `https://github.com/${GITOPS}.git`,
        username: "x-access-token",
        password: token,
      },
    },
  ].map(applied);
}

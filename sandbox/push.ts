import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { GITOPS } from "./catalogue.ts";
import { connectionOf, kubernetesApi } from "./kubernetes-api.ts";
import { lastLines } from "./processes.ts";
import type { Sandbox } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** The parts of a sandbox that a push needs. */
type Where = Pick<Sandbox, "github"> & {
  readonly argoEvents?: Sandbox["argoEvents"] | undefined;
  readonly controlPlane: { readonly kubeconfigs: Pick<Sandbox["controlPlane"]["kubeconfigs"], "admin"> };
};

/** A Workflow as the API server returns it. */
export interface Workflow {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly arguments?: {
      readonly parameters?: readonly { readonly name: string; readonly value?: string }[];
    };
  };
}

/** The author of the commit, if Git has none configured. */
const AUTHOR_SETTINGS = ["user.name=You", "user.email=you@acme.example", "commit.gpgsign=false"];
const AUTHOR = AUTHOR_SETTINGS.flatMap((setting) => ["-c", setting]);
const COMMIT = ["commit", "--allow-empty"] as const;
const PUSH = ["push", "origin", "HEAD:main"] as const;

/** The kubectl command line for the administrator, which works in any folder. */
export function kubectlOf({
  controlPlane,
  directory,
}: Pick<Where, "controlPlane"> & Pick<Sandbox, "directory">): string {
  return `KUBECONFIG=${controlPlane.kubeconfigs.admin} ${join(directory, "bin", "kubectl")}`;
}

/** The commands that push to a repository of the local GitHub and show the result. */
export function pushCommands(sandbox: Where & Pick<Sandbox, "directory">, repository: string): string {
  const folder = repository.split("/")[1];
  return [
    `git clone ${remoteOf(sandbox, repository)} && cd ${folder}`,
    ["git", ...AUTHOR, ...COMMIT, "--message", "Hello"].join(" "),
    ["git", ...PUSH].join(" "),
    `${kubectlOf(sandbox)} get workflows --all-namespaces --output yaml`,
  ].join("\n");
}

/** The commands that write a tag, as Kargo would, so that Argo CD deploys it. */
export function tagCommands(sandbox: Pick<Sandbox, "github">, service: string, tag: string): string {
  return [
    `git clone ${remoteOf(sandbox, GITOPS)} && cd gitops`,
    `sed -i.old 's/ tag: .*/ tag: "${tag}"/' services/${service}/values-dev.yaml`,
    ["git", ...AUTHOR, "commit", "--all", "--message", `"${service} ${tag}"`].join(" "),
    ["git", ...PUSH].join(" "),
  ].join("\n");
}

/**
 * Pushes to a repository of the local GitHub and waits for the Workflow.
 * @param limit how long a delivery may take to become a Workflow, in milliseconds
 * @returns the Workflow in the API server
 * @throws SandboxError if Git fails, or if no Workflow appears, with the log of Argo Events' code
 */
export async function pushOnce(sandbox: Where, repository: string, limit = 30_000): Promise<Workflow> {
  const clone = await mkdtemp(join(tmpdir(), "kargo-fleet-push-"));
  try {
    const git = async (...args: readonly string[]) => {
      const env = { GIT_TERMINAL_PROMPT: "0" };
      const { failed, stdout, stderr } = await execa("git", [...AUTHOR, ...args], {
        cwd: clone,
        env,
        reject: false,
      });
      if (failed)
        throw new SandboxError(`git ${args[0]} failed on ${repository} of the local GitHub:\n${stderr}`);
      return stdout;
    };
    await git("clone", "--quiet", remoteOf(sandbox, repository), ".");
    await git(...COMMIT, "--quiet", "--message", "Hello");
    await git(...PUSH, "--quiet");
    return await workflowOf(sandbox, await git("rev-parse", "HEAD"), limit);
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

/** The Workflow that has the commit among its arguments. */
async function workflowOf(
  { controlPlane, argoEvents }: Where,
  commit: string,
  limit: number,
): Promise<Workflow> {
  const api = kubernetesApi(await connectionOf(controlPlane.kubeconfigs.admin));
  const deadline = Date.now() + limit;
  try {
    for (;;) {
      const { items } = (await api.get("/apis/argoproj.io/v1alpha1/workflows")) as {
        items: readonly Workflow[];
      };
      const found = items.find(({ spec }) =>
        spec.arguments?.parameters?.some(({ value }) => value === commit),
      );
      if (found !== undefined) return found;
      if (Date.now() > deadline) {
        const log = argoEvents?.log ?? "";
        throw new SandboxError(
          `No Workflow was created by the push of ${commit}. The last lines of ${log}:\n${await lastLines(log)}`,
        );
      }
      await pause(100);
    }
  } finally {
    api.close();
  }
}

/** The Git address of a repository, with the token. */
export function remoteOf({ github }: Pick<Sandbox, "github">, repository: string): string {
  const url = new URL(`${repository}.git`, `${github.url}/`);
  url.username = "x-access-token";
  url.password = github.token;
  return url.href;
}

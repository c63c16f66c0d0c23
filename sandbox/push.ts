import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { parse } from "yaml";
import type { ArgoEvents } from "./argo-events.ts";
import { EVENTS_NAMESPACE } from "./deployer.ts";
import { connectionOf, kubernetesApi } from "./kubernetes-api.ts";
import { lastLines } from "./processes.ts";
import type { Sandbox } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** Who commits, where nobody is set up to. */
const AUTHOR = [
  "-c",
  "user.name=You",
  "-c",
  "user.email=you@acme.example",
  "-c",
  "commit.gpgsign=false",
] as const;
const COMMIT = ["commit", "--allow-empty"] as const;
const PUSH = ["push", "origin", "HEAD:main"] as const;

/** What a person types to push to a repository of the local GitHub, and to see what came of it. */
export function pushCommands(sandbox: Pick<Sandbox, "github" | "argoEvents">, repository: string): string {
  const folder = repository.split("/")[1];
  return [
    `git clone ${remoteOf(sandbox, repository)} && cd ${folder}`,
    ["git", ...AUTHOR, ...COMMIT, "--message", "Hello"].join(" "),
    ["git", ...PUSH].join(" "),
    `cat ${join(sandbox.argoEvents.workflows, "*.yaml")}`,
  ].join("\n");
}

/**
 * Makes one real push to a repository of the local GitHub and waits for what comes of it.
 *
 * @param limit how long a delivery may take to become a file, in milliseconds
 * @returns the file of the Workflow that would have been submitted
 * @throws SandboxError where Git fails, and where no Workflow comes, with what the listener said
 */
export async function pushOnce(
  sandbox: Pick<Sandbox, "github" | "argoEvents">,
  repository: string,
  limit = 30_000,
): Promise<string> {
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
    return await workflowOf(sandbox.argoEvents, await git("rev-parse", "HEAD"), limit);
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

/** The file of the Workflow that names a commit. */
async function workflowOf({ workflows, log }: ArgoEvents, commit: string, limit: number): Promise<string> {
  const deadline = Date.now() + limit;
  for (;;) {
    for (const name of await readdir(workflows)) {
      const file = join(workflows, name);
      const text = await readFile(file, "utf8");
      // A file that is not written to its end yet has no last line end.
      if (text.includes(commit) && text.endsWith("\n")) return file;
    }
    if (Date.now() > deadline) {
      const lines = await lastLines(log);
      throw new SandboxError(
        `No Workflow came of the push of ${commit}. The last lines of ${log}:\n${lines}`,
      );
    }
    await pause(100);
  }
}

/**
 * Asks the API server whether it would take a Workflow from the ServiceAccount of the Sensor that sends it: a dry run,
 * so that nothing is there afterwards.
 *
 * @param file as {@link pushOnce} returns it
 * @returns the ServiceAccount, `namespace:name`
 * @throws SandboxError with the API server's own message where it refuses
 */
export async function tryToSubmit({ controlPlane, toolchain }: Sandbox, file: string): Promise<string> {
  const { metadata } = parse(await readFile(file, "utf8")) as {
    metadata: { labels: Readonly<Record<string, string>> };
  };
  const sensor = metadata.labels["events.argoproj.io/sensor"];
  const api = kubernetesApi(await connectionOf(controlPlane.kubeconfigs.admin));
  const found = await api
    .get(`/apis/argoproj.io/v1alpha1/namespaces/${EVENTS_NAMESPACE}/sensors/${sensor}`)
    .finally(() => api.close());
  const { spec } = found as { spec: { template?: { serviceAccountName?: string } } };
  const account = `${EVENTS_NAMESPACE}:${spec.template?.serviceAccountName ?? "default"}`;
  const as = ["--as", `system:serviceaccount:${account}`];
  const { failed, stderr } = await execa(
    toolchain.programs.kubectl.path,
    ["create", "--dry-run=server", "--validate=false", ...as, "--filename", file],
    { env: { KUBECONFIG: controlPlane.kubeconfigs.admin }, reject: false },
  );
  if (failed) {
    throw new SandboxError(
      `The API server would not take ${file} from ServiceAccount ${account}:\n${stderr}`,
    );
  }
  return account;
}

/** The address of a repository for Git, with the token. */
export function remoteOf({ github }: Pick<Sandbox, "github">, repository: string): string {
  const url = new URL(`${repository}.git`, `${github.url}/`);
  url.username = "x-access-token";
  url.password = github.token;
  return url.href;
}

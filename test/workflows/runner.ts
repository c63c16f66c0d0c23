import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { type LocalGitHub, startLocalGitHub } from "../../sandbox/github/server.ts";
import { PERSONAL_GIT, token, workflowToken } from "../github-playground.ts";
import { type Step, WORKFLOWS } from "./workflow-files.ts";

export const REPOSITORY = "acme/fleet";
/** Secrets that GitHub would mask; the runner does not. */
const SECRETS: Readonly<Record<string, string>> = {
  "secrets.KUBECONFIG": "planted-kubeconfig",
  "secrets.PULUMI_ACCESS_TOKEN": "planted-access-token",
  "secrets.PULUMI_CONFIG_PASSPHRASE": "planted-passphrase",
};

const PARTS = [
  ".github",
  ".gitignore",
  "Pulumi.prod.yaml",
  "Pulumi.sandbox.yaml",
  "Pulumi.yaml",
  "components",
  "fleet",
  "index.ts",
  "customize.ts",
  "git-host",
  "manifests",
  "model",
  "node-version.cjs",
  "package.json",
  "services.json",
];
/** A fake engine that writes prepared events and exits with a prepared code. */
const ENGINE = `#!/usr/bin/env bash
echo "pulumi $*" >> "$ENGINE_CALLS"
cp services.json "$ENGINE_CALLS.services.json"
[ -z "$KUBECONFIG" ] || ls -l "$KUBECONFIG" | cut -c 1-10 >> "$ENGINE_CALLS"
while [ $# -gt 0 ]; do [ "$1" != --event-log ] || cat "$ENGINE_EVENTS" > "$2"; shift; done
exit "$ENGINE_EXIT"
`;

/** The result of a job. */
export interface JobRun {
  /** Whether every step that ran succeeded. */
  readonly ok: boolean;
  /** All output of its steps. */
  readonly log: string;
  /** The outputs of its steps, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The job's temporary folder; uploads are in `reports`. */
  readonly temp: string;
}

/** Runs the shell steps of the workflows with a local GitHub, without the actions. */
export interface Runner {
  readonly github: LocalGitHub;
  /** The base commit. */
  readonly base: string;
  /** Commits a change of the base as a pull request from a fork, outside any branch. */
  pullRequest(change: (folder: string) => Promise<void>): Promise<{ number: number; head: string }>;
  /** Sets the engine's next events and exit code. */
  engine(events: readonly object[], exitCode?: number): Promise<void>;
  /** The engine's calls so far, with the mode of the kubeconfig in each. */
  engineCalls(): Promise<string>;
  /** The catalogue in the engine's last run. */
  engineCatalogue(): Promise<string>;
  /** @param uploaded the temporary folder of a job whose artifact this one downloads */
  job(
    file: string,
    name: string,
    context: Readonly<Record<string, string>>,
    uploaded?: string,
  ): Promise<JobRun>;
  close(): Promise<void>;
}

/** Asserts that neither logs nor summaries show a secret. */
export function holdsNoSecret(...runs: readonly JobRun[]) {
  for (const { log, summary } of runs)
    for (const secret of [...Object.values(SECRETS), workflowToken])
      assert.ok(!`${log}${summary}`.includes(secret), secret);
}

export async function openRunner(): Promise<Runner> {
  const root = await mkdtemp(join(tmpdir(), "workflow-"));
  const github = await startLocalGitHub({
    directory: join(root, "github"),
    token,
    workflowToken,
    owner: "acme",
    repositories: [{ name: REPOSITORY }],
  });
  const remote = `${github.url.replace("//", `//x-access-token:${token}@`)}/${REPOSITORY}.git`;
  const origin = join(root, "origin");
  const git = async (folder: string, ...args: string[]) =>
    (await execa("git", args, { cwd: folder, env: PERSONAL_GIT })).stdout.trim();
  const commit = async (folder: string) => {
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message=change");
    return git(folder, "rev-parse", "HEAD");
  };
  await mkdir(origin);
  for (const part of PARTS) await cp(part, join(origin, part), { recursive: true });
  await git(origin, "init", "--quiet", "--initial-branch=main");
  const base = await commit(origin);
  await git(origin, "push", "--quiet", remote, "main");

  const bin = join(root, "bin");
  const calls = join(root, "calls");
  const events = join(root, "events");
  await mkdir(bin);
  await writeFile(join(bin, "pulumi"), ENGINE, { mode: 0o755 });
  await writeFile(events, "");
  let exitCode = 0;
  let jobs = 0;

  const checkout = async () => {
    jobs += 1;
    // Always the same path, so that Node's compile cache works.
    const folder = join(root, "work");
    await rm(folder, { recursive: true, force: true });
    // The action does this with persist-credentials: false.
    await git(root, "clone", "--quiet", remote, folder);
    await git(folder, "remote", "set-url", "origin", `${github.url}/${REPOSITORY}.git`);
    await writeFile(join(folder, ".git/info/exclude"), "node_modules\n");
    await symlink(resolve("node_modules"), join(folder, "node_modules"));
    const temp = join(root, `temp-${jobs}`);
    await mkdir(temp);
    return { folder, temp };
  };

  return {
    github,
    base,
    pullRequest: async (change) => {
      const { number } = github.threads.open(REPOSITORY, { title: "p", author: "ada", pullRequest: true });
      const fork = join(root, `fork-${number}`);
      await git(root, "clone", "--quiet", remote, fork);
      await change(fork);
      const head = await commit(fork);
      await git(fork, "push", "--quiet", "--force", remote, `HEAD:refs/pull/${number}/head`);
      return { number, head };
    },
    engine: async (list, code = 0) => {
      exitCode = code;
      await writeFile(events, list.map((event) => `${JSON.stringify(event)}\n`).join(""));
    },
    engineCalls: () => readFile(calls, "utf8").catch(() => ""),
    engineCatalogue: () => readFile(`${calls}.services.json`, "utf8"),
    job: async (file, name, context, uploaded) => {
      const job = WORKFLOWS.find((each) => each.file.endsWith(`/${file}`))?.workflow.jobs[name];
      if (job === undefined) throw new Error(`${file} has no job ${name}`);
      const { folder, temp } = await checkout();
      if (uploaded !== undefined)
        await cp(join(uploaded, "reports"), join(temp, "reports"), { recursive: true });
      const [output, summary] = [join(temp, "output"), join(temp, "summary")];
      await writeFile(output, "");
      await writeFile(summary, "");
      const known: Record<string, string> = {
        "github.sha": base,
        "github.token": workflowToken,
        "github.server_url": github.url,
        "github.repository": REPOSITORY,
        "github.run_id": "7",
        "vars.PULUMI_BACKEND_URL": "file:///nowhere",
        ...SECRETS,
        ...context,
      };
      const runner = {
        PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
        HOME: temp,
        ...PERSONAL_GIT,
        GITHUB_SERVER_URL: github.url,
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        RUNNER_TEMP: temp,
        NODE_COMPILE_CACHE: join(root, "compiled"),
        ENGINE_CALLS: calls,
        ENGINE_EVENTS: events,
        ENGINE_EXIT: String(exitCode),
      };
      let ok = true;
      let log = "";
      const outputs: Record<string, string> = {};
      for (const step of job.steps) {
        if (step.run === undefined || !applies(step, ok, { ...known, ...outputs })) continue;
        // The packages are already installed.
        const script = step.run.replace(/(^| && )npm ci$/, "");
        const env = { ...runner, ...valuesOf({ ...job.env, ...step.env }, { ...known, ...outputs }) };
        // GitHub's command for a step without a shell.
        const { exitCode: code, all } = await execa("bash", ["-e", "-c", script], {
          cwd: folder,
          env,
          extendEnv: false,
          reject: false,
          all: true,
        });
        log += `${all}\n`;
        ok &&= code === 0;
        for (const [, key = "", value = ""] of (await readFile(output, "utf8")).matchAll(/^(\w+)=(.*)$/gm))
          outputs[`steps.${step.id}.outputs.${key}`] = value;
      }
      return { ok, log, outputs, summary: await readFile(summary, "utf8"), temp };
    },
    close: async () => {
      await github.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Evaluates the subset of GitHub's expressions that these workflows use. */
function applies({ if: condition }: Step, ok: boolean, known: Readonly<Record<string, string>>): boolean {
  if (condition === undefined) return ok;
  if (condition === "always()") return true;
  const [, name = "", value] = /^([\w.-]+) == '([\w-]+)'$/.exec(condition) ?? [];
  if (name === "") throw new Error(`the test cannot read the condition ${condition}`);
  return ok && known[name] === value;
}

function valuesOf(
  env: Readonly<Record<string, string | number>>,
  known: Readonly<Record<string, string>>,
): Record<string, string> {
  const value = (text: string) =>
    text.replace(/\$\{\{ *([\w.-]+) *\}\}/g, (_, name: string) => {
      const found = known[name];
      if (found === undefined) throw new Error(`the test knows no ${name}`);
      return found;
    });
  return Object.fromEntries(Object.entries(env).map(([key, text]) => [key, value(String(text))]));
}

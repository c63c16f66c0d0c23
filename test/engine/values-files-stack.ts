import { globSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import type { Plan } from "../../model/plan.ts";
import { startLocalGitHub } from "../../sandbox/github/server.ts";
import { sharedPrograms } from "./control-plane.ts";
import { engineEnvironment, engineFolder } from "./engine-environment.ts";
import { dynamicProvider } from "./fleet-program/dynamic-provider.ts";
import type { EngineCommand, Run } from "./fleet-program/engine-commands.ts";
import { programProcess } from "./fleet-program/program-process.ts";
import { SECRETS_PROVIDER } from "./vault.ts";

export type { Run } from "./fleet-program/engine-commands.ts";

export const TOKEN = "planted-github-token";
/** A secret of the stack that is unrelated to the values files. */
export const OTHER_SECRET = "planted-other-secret";

const PROGRAM = `import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ValuesFiles } from "COMPONENTS/values-files.ts";

const plan = JSON.parse(readFileSync("plan.json", "utf8"));
new ValuesFiles("values-files", { plan, githubSecret: new pulumi.Config("github").getSecret("token") });
`;
/** The code of a dynamic resource in a state, as JSON. */
export const STORED_CODE = /"__provider":\s*("(?:[^"\\]|\\.)*")/g;
const PROJECT = `name: values
runtime:
  name: nodejs
  options:
    typescript: false
`;

export type ValuesFilesStack = Awaited<ReturnType<typeof openValuesFilesStack>>;

/** Opens an empty stack whose program has only the values files of a plan, with a local GitHub. */
export async function openValuesFilesStack(plan: Plan) {
  const { path } = await sharedPrograms();
  // The Automation API finds its CLI on this process's PATH, not on the stack's.
  process.env.PATH = path;
  const folder = await engineFolder("values");
  const github = await startLocalGitHub({
    directory: join(folder, "github"),
    token: TOKEN,
    owner: "acme",
    repositories: [{ name: "acme/gitops", files: { "README.md": "# GitOps\n" } }],
  });
  const envVars = {
    ...(await engineEnvironment(path, folder)),
    GITHUB_BASE_URL: github.baseUrl,
  };
  let program = await programFolder(folder, "program");
  let clones = 0;
  const stateFile = join(folder, "state/.pulumi/stacks/values/test.json");
  const stack = await LocalWorkspace.createStack(
    { stackName: "test", workDir: program },
    { envVars, secretsProvider: SECRETS_PROVIDER },
  );
  await stack.setAllConfig({
    "github:token": { value: TOKEN, secret: true },
    "values:other": { value: OTHER_SECRET, secret: true },
  });
  const start = async () => {
    const provider = await dynamicProvider(program, envVars);
    const host = programProcess(program, { ...envVars, PATH: provider.path }, "values");
    return {
      run: host.run,
      close: async () => {
        await host.close();
        await provider.close();
      },
    };
  };
  let running = await start();

  const run = async (command: EngineCommand): Promise<Run> => {
    await writeFile(join(program, "plan.json"), JSON.stringify(next.plan));
    return running.run(command);
  };
  const git = (cwd: string, ...args: string[]) => execa("git", args, { cwd, env: KARGO });
  const clone = async () => {
    const checkout = await mkdtemp(join(folder, "clone-"));
    const url = github.url.replace("//", `//x-access-token:${TOKEN}@`);
    await git(folder, "clone", "--quiet", `${url}/acme/gitops.git`, checkout);
    return checkout;
  };
  const next = { plan };
  return {
    github,
    /** The plan of the next run. */
    next,
    up: () => run("up"),
    preview: () => run("preview"),
    refresh: () => run("refresh"),
    destroy: () => run("destroy"),
    /** Continues in another folder, like another clone. `components` is the path of the components there. */
    move: async (components?: string) => {
      const elsewhere = await programFolder(folder, `a clone ${++clones}, elsewhere`, components);
      await writeFile(
        join(elsewhere, "Pulumi.test.yaml"),
        await readFile(join(program, "Pulumi.test.yaml"), "utf8"),
      );
      await running.close();
      await rm(program, { recursive: true });
      program = elsewhere;
      running = await start();
    },
    state: () => readFile(stateFile, "utf8"),
    /** Replaces the code in the state by that of an earlier version. */
    replaceStoredCode: async (code: string) => {
      const stored = `"__provider": ${JSON.stringify(code)}`;
      await writeFile(
        stateFile,
        (await readFile(stateFile, "utf8")).replace(STORED_CODE, () => stored),
      );
    },
    /** Runs `git` in a new clone. */
    git: async (...args: string[]) => (await git(await clone(), ...args)).stdout,
    /** The existing values files, by path. */
    files: async (): Promise<Readonly<Record<string, string>>> => {
      const checkout = await clone();
      const paths = globSync("**/values-*.yaml", { cwd: checkout }).sort();
      const read = async (path: string) => [path, await readFile(join(checkout, path), "utf8")];
      return Object.fromEntries(await Promise.all(paths.map(read)));
    },
    /** Changes and pushes a file, as Kargo does. */
    push: async (path: string, change: (text: string) => string) => {
      const checkout = await clone();
      const text = await readFile(join(checkout, path), "utf8");
      await writeFile(join(checkout, path), change(text));
      await git(checkout, "commit", "--quiet", "--all", "--message", `Updated ${path}`);
      await git(checkout, "push", "--quiet");
    },
    close: async () => {
      await running.close();
      await github.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function programFolder(folder: string, name: string, components = "components"): Promise<string> {
  const program = join(folder, name);
  await mkdir(dirname(join(program, components)), { recursive: true });
  await symlink(resolve("components"), join(program, components));
  await symlink(resolve("node_modules"), join(program, "node_modules"));
  const { imports } = JSON.parse(
    (await readFile("package.json", "utf8")).replaceAll("./components", `./${components}`),
  );
  await writeFile(
    join(program, "package.json"),
    JSON.stringify({ type: "module", main: "index.ts", imports }),
  );
  await writeFile(join(program, "index.ts"), PROGRAM.replace("COMPONENTS", `./${components}`));
  await writeFile(join(program, "Pulumi.yaml"), PROJECT);
  return program;
}

const KARGO = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Kargo",
  GIT_AUTHOR_EMAIL: "kargo@acme.example",
  GIT_COMMITTER_NAME: "Kargo",
  GIT_COMMITTER_EMAIL: "kargo@acme.example",
};

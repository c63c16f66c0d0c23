import { rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import {
  LocalWorkspace,
  PulumiCommand,
  type PulumiFn,
  type Stack,
  type UpOptions,
} from "@pulumi/pulumi/automation/index.js";
import { sharedControlPlane } from "../control-plane.ts";
import { engineEnvironment, engineFolder } from "../engine-environment.ts";
import { inlineRun, type Steps } from "../inline-run.ts";
import { SECRETS_PROVIDER } from "../vault.ts";

const project = "stand-in";
const name = "test";

let command: Promise<PulumiCommand> | undefined;

/**
 * What a test's program gets: the explicit provider that its resources name, and a maker of others with other arguments.
 */
export type Program = (provider: kubernetes.Provider, another: ProviderMaker) => unknown;
export type ProviderMaker = (name: string, args: kubernetes.ProviderArgs) => kubernetes.Provider;

/** A stack of its own in a temporary folder, with the state in a file beside it. */
export interface TestStack {
  /** Runs `pulumi up` and yields what happened to each resource, by its name. */
  up(program: Program): Promise<Steps>;
  /** Runs an `up` that goes on after an error and must fail; yields what it said. */
  fails(program: Program): Promise<string>;
  /** Runs `pulumi preview` and yields what would happen. */
  preview(program: Program): Promise<Steps>;
  /** Runs `pulumi refresh`, without the program. */
  refresh(): Promise<Steps>;
  /** Runs `pulumi destroy`, without the program. */
  destroy(): Promise<Steps>;
  /** What happened to each resource in the last command, also where it failed. */
  steps(): Steps;
  /** All that the last command printed. */
  output(): string;
  /** The outputs that the last `up` exported. */
  outputs(): Promise<Record<string, unknown>>;
  /** The text of the state file, secrets encrypted. */
  state(): Promise<string>;
  /** Forgets what the stack knows; what it made in the cluster stays. */
  close(): Promise<void>;
}

/** A stack of the CLI in a folder of its own. */
interface Opened {
  readonly stack: Stack;
  readonly folder: string;
  /** The text of the state file of the empty stack. */
  readonly empty: string;
  run: PulumiFn;
}

/** Those that were closed, empty again: to make one takes a run of the CLI. */
const idle: Opened[] = [];

/**
 * Opens an empty stack against the shared control plane.
 *
 * @param args the provider's arguments; `kubeconfig` defaults to the administrator's. A function is asked
 *   anew before each command, so that a test can change them in between.
 */
export async function openStack(
  args: kubernetes.ProviderArgs | (() => kubernetes.ProviderArgs) = {},
): Promise<TestStack> {
  const { admin } = await sharedControlPlane();
  const opened = idle.pop() ?? (await makeStack());
  return testStack(opened, (program) => async () => {
    const another: ProviderMaker = (name, given) =>
      new kubernetes.Provider(name, { kubeconfig: admin, ...given });
    const provider = another("cluster", typeof args === "function" ? args() : args);
    return { ...((await program(provider, another)) as object | undefined) };
  });
}

async function makeStack(): Promise<Opened> {
  const { admin, path } = await sharedControlPlane();
  // The Automation API looks its CLI up by the PATH of this process, not by the stack's.
  process.env.PATH = path;
  command ??= PulumiCommand.get();
  const folder = await engineFolder("stand-in");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const stack = await LocalWorkspace.createStack(
    { stackName: name, projectName: project, program: async () => opened.run() },
    {
      workDir: folder,
      pulumiCommand: await command,
      secretsProvider: SECRETS_PROVIDER,
      envVars: { ...(await engineEnvironment(path, folder)), KUBECONFIG: admin },
    },
  );
  // Each of these would run the CLI again, for what the events and the state file say already.
  stack.outputs = async () => ({});
  stack.info = async () => undefined;
  const opened: Opened = {
    stack,
    folder,
    empty: await readFile(stateFile(folder), "utf8"),
    run: async () => undefined,
  };
  return opened;
}

function stateFile(folder: string): string {
  return join(folder, "state/.pulumi/stacks", project, `${name}.json`);
}

function testStack(opened: Opened, runOf: (program: Program) => PulumiFn): TestStack {
  const { stack, folder, empty } = opened;
  const file = stateFile(folder);
  let last: { printed: string; steps: Steps } = { printed: "", steps: {} };
  const run = async (command: (options: UpOptions) => Promise<unknown>): Promise<Steps> => {
    await inlineRun(command, (printed, steps) => {
      last = { printed, steps };
    });
    return last.steps;
  };
  const running = (program: Program, command: (options: UpOptions) => Promise<unknown>) => {
    opened.run = runOf(program);
    return run(command);
  };
  return {
    up: (program) => running(program, (options) => stack.up(options)),
    fails: (program) =>
      running(program, (options) => stack.up({ ...options, continueOnError: true })).then(
        () => Promise.reject(new Error(`it did not fail:\n${last.printed}`)),
        (error: Error) => error.message,
      ),
    preview: (program) => running(program, (options) => stack.preview(options)),
    refresh: () => run((options) => stack.refresh(options)),
    destroy: () => run((options) => stack.destroy(options)),
    steps: () => last.steps,
    output: () => last.printed,
    outputs: async () => {
      const { checkpoint } = JSON.parse(await readFile(file, "utf8")) as State;
      return checkpoint.latest.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
    },
    state: () => readFile(file, "utf8"),
    close: async () => {
      await writeFile(file, empty);
      idle.push(opened);
    },
  };
}

interface State {
  checkpoint: { latest: { resources: { type: string; outputs?: Record<string, unknown> }[] } };
}

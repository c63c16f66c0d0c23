import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import {
  LocalWorkspace,
  type OpMap,
  PulumiCommand,
  type PulumiFn,
  type Stack,
  type UpOptions,
} from "@pulumi/pulumi/automation/index.js";
import { sharedControlPlane } from "../control-plane.ts";
import { engineEnvironment, engineFolder } from "../engine-environment.ts";
import { inlineRun } from "../inline-run.ts";

const project = "stand-in";
const name = "test";

let command: Promise<PulumiCommand> | undefined;

/** What a test's program gets: the explicit provider that every one of its resources names. */
export type Program = (provider: kubernetes.Provider) => unknown;

/** A stack of its own in a temporary folder, with the state in a file beside it. */
export interface TestStack {
  /** Runs `pulumi up` and yields how many resources were created, updated, left the same, and so on. */
  up(program: Program): Promise<OpMap>;
  /** Runs `pulumi preview` and yields the same counts. */
  preview(program: Program): Promise<OpMap>;
  /** Runs `pulumi refresh`, without the program. */
  refresh(): Promise<OpMap>;
  /** Runs `pulumi destroy`, without the program. */
  destroy(): Promise<OpMap>;
  /** All that the last command printed. */
  output(): string;
  /** The outputs that the last `up` exported. */
  outputs(): Promise<Record<string, unknown>>;
  /** The text of the state file, secrets encrypted. */
  state(): Promise<string>;
  /** Forgets the stack and its folder; what it made in the cluster stays. */
  close(): Promise<void>;
}

/**
 * Opens an empty stack against the shared control plane.
 *
 * @param args the provider's arguments; `kubeconfig` defaults to the administrator's. A function is asked
 *   anew before each command, so that a test can change them in between.
 */
export async function openStack(
  args: kubernetes.ProviderArgs | (() => kubernetes.ProviderArgs) = {},
): Promise<TestStack> {
  const plane = await sharedControlPlane();
  // The Automation API looks its CLI up by the PATH of this process, not by the stack's.
  process.env.PATH = plane.path;
  command ??= PulumiCommand.get();
  const folder = await engineFolder("stand-in");
  let program: Program = () => undefined;
  const run: PulumiFn = async () => {
    const given = typeof args === "function" ? args() : args;
    const provider = new kubernetes.Provider("cluster", { kubeconfig: plane.admin, ...given });
    return { ...((await program(provider)) as object | undefined) };
  };
  const stack = await LocalWorkspace.createStack(
    { stackName: name, projectName: project, program: run },
    {
      workDir: folder,
      pulumiCommand: await command,
      envVars: {
        ...engineEnvironment(plane.path, folder),
        KUBECONFIG: plane.admin,
      },
    },
  );
  return testStack(stack, folder, (next) => {
    program = next;
  });
}

function testStack(stack: Stack, folder: string, use: (program: Program) => void): TestStack {
  // Each of these would run the CLI again, for what the events and the state file say already.
  stack.outputs = async () => ({});
  stack.info = async () => undefined;
  const file = join(folder, "state/.pulumi/stacks", project, `${name}.json`);
  let printed = "";
  const run = (command: (options: UpOptions) => Promise<unknown>) =>
    inlineRun(command, (text) => {
      printed = text;
    });
  const running = (program: Program, command: (options: UpOptions) => Promise<unknown>) => {
    use(program);
    return run(command);
  };
  return {
    up: (program) => running(program, (options) => stack.up(options)),
    preview: (program) => running(program, (options) => stack.preview(options)),
    refresh: () => run((options) => stack.refresh(options)),
    destroy: () => run((options) => stack.destroy(options)),
    output: () => printed,
    outputs: async () => {
      const { checkpoint } = JSON.parse(await readFile(file, "utf8")) as State;
      return checkpoint.latest.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
    },
    state: () => readFile(file, "utf8"),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

interface State {
  checkpoint: { latest: { resources: { type: string; outputs?: Record<string, unknown> }[] } };
}

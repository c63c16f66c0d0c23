import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  LocalWorkspace,
  type OpMap,
  PulumiCommand,
  type UpOptions,
} from "@pulumi/pulumi/automation/index.js";
import { sharedPrograms } from "./control-plane.ts";
import { engineEnvironment, engineFolder } from "./engine-environment.ts";
import { connectAnew } from "./local-connections.ts";
import { SECRETS_PROVIDER } from "./vault.ts";

connectAnew();

export type InlineStack<Program> = Awaited<ReturnType<typeof openInlineStack<Program>>>;

/**
 * Opens an empty stack whose programs are functions of the test. Its commands return the number of created, updated,
 * unchanged resources, and so on.
 * @param run registers a program's resources
 */
export async function openInlineStack<Program>(purpose: string, run: (program: Program) => Promise<void>) {
  const { path } = await sharedPrograms();
  // The Automation API finds its CLI on this process's PATH, not on the stack's.
  process.env.PATH = path;
  const folder = await engineFolder(purpose);
  let program: Program | undefined;
  const stack = await LocalWorkspace.createStack(
    {
      stackName: "test",
      projectName: "plugin",
      program: async () => {
        if (program !== undefined) await run(program);
      },
    },
    {
      workDir: folder,
      pulumiCommand: await PulumiCommand.get(),
      secretsProvider: SECRETS_PROVIDER,
      envVars: await engineEnvironment(path, folder),
    },
  );
  // Each of these would run the CLI again for data that the events contain.
  stack.outputs = async () => ({});
  stack.info = async () => undefined;
  let printed = "";
  const command = async (run: (options: UpOptions) => Promise<unknown>, next?: Program): Promise<OpMap> => {
    program = next ?? program;
    printed = "";
    let changes: OpMap = {};
    await run({
      color: "never",
      onOutput: (text) => {
        printed += text;
      },
      onEvent: ({ summaryEvent }) => {
        changes = summaryEvent?.resourceChanges ?? changes;
      },
    });
    return changes;
  };
  return {
    folder,
    up: (next: Program) => command((options) => stack.up(options), next),
    preview: (next: Program) => command((options) => stack.preview(options), next),
    /** Without the program, as `destroy`. */
    refresh: () => command((options) => stack.refresh(options)),
    destroy: () => command((options) => stack.destroy(options)),
    /** All output of the last command. */
    output: () => printed,
    /** The text of the state file. */
    state: () => readFile(join(folder, "state/.pulumi/stacks/plugin/test.json"), "utf8"),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

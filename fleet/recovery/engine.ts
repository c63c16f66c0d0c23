import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa, type Options } from "execa";
import { z } from "zod";
import { PROVISIONED, provisionedSchema } from "../../model/provisioned.ts";
import { engineSettings } from "../engine-settings.ts";
import { errorsIn, isUnreadableState, NO_ENGINE, NO_STACK } from "../engine-words.ts";
import { backendUrl } from "../file-backend.ts";
import { FleetError } from "../fleet-error.ts";
import { readJson } from "../read-json.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { backupsHint } from "./backups.ts";
import type { ImportFile } from "./import-file.ts";
import { type Preview, parsePreview } from "./preview.ts";
import { parseState, type State } from "./state.ts";

/** How often the engine tries what changes only the state, because a provider may miss one answer. */
const ATTEMPTS = 3;

const outputs = z.looseObject({ [PROVISIONED]: provisionedSchema.optional() });

export type Engine = ReturnType<typeof openEngine>;

/**
 * The Pulumi CLI for one stack of the project in the working directory. Each failed call throws a FleetError with the
 * CLI's message. The Automation API would select the stack for everybody who works in the folder, and it passes an
 * import as a file anyway.
 */
export function openEngine(stack: string) {
  const run = async (args: readonly string[], options: Options = {}) => {
    const own = ["--stack", stack, "--non-interactive", "--color", "never"];
    return pulumi([...args, ...own], { env: await engineSettings(), ...options });
  };
  /** Another attempt skips what an earlier one has imported or refreshed. */
  const demand = async (args: readonly string[], options: Options = {}, attempts = 1): Promise<string> => {
    const { stdout, stderr, failed, exitCode } = await run(args, options);
    if (!failed) return stdout;
    if (attempts === 1) throw await withFix(args, `${stderr}\n${stdout}`, exitCode);
    await pause(1_000);
    return demand(args, options, attempts - 1);
  };
  const backend = async () => {
    const { stdout, stderr, failed } = await pulumi(["whoami", "--json"]);
    if (failed) throw refused(["whoami"], stderr);
    return backendUrl(stdout) ?? "";
  };
  /** Adds a fix if the state itself is broken or missing. */
  const withFix = async (
    args: readonly string[],
    output: string,
    exitCode: number | undefined,
  ): Promise<FleetError> => {
    const error = refused(args, output);
    const isThere = exitCode !== NO_STACK;
    if (isThere && !isUnreadableState(output)) return error;
    return new FleetError(`${error.message}\n${await backupsHint(await backend(), stack, isThere)}`);
  };
  return {
    /** The URL of the backend. */
    backend,
    state: async () => parseState(await demand(["stack", "export"])),
    /** What the last `up` provisioned, from the stack's output; undefined before the first `up`. */
    provisioned: async () => {
      const text = await demand(["stack", "output", "--json", "--show-secrets"]);
      return readJson(outputs, text, "The output of pulumi stack output")[PROVISIONED];
    },
    /** Runs the program and plans; changes nothing. */
    preview: async (): Promise<Preview> => {
      const args = ["preview", "--json"];
      for (let attempt = 1; ; attempt++) {
        const { stdout, stderr, failed, exitCode } = await run(args);
        const preview = stdout.trimStart().startsWith("{") ? parsePreview(stdout) : undefined;
        if (preview && !failed) return preview;
        const said = preview?.errors.length ? preview.errors.join("\n") : `${stderr}\n${stdout}`;
        if (attempt === ATTEMPTS || !preview?.providerFailed) throw await withFix(args, said, exitCode);
        await pause(1_000);
      }
    },
    /** Removes every lock of the stack, whoever holds it. */
    cancel: async () => void (await demand(["cancel", "--yes"])),
    /** Imports a state without its pending operations. */
    forgetPending: async ({ text }: State) => void (await demand(["stack", "import"], { input: text })),
    refresh: async (urns: readonly string[]) =>
      void (await demand(["refresh", "--yes", "--skip-preview", ...targets(urns)], {}, ATTEMPTS)),
    /** Creates these resources, without their dependents. */
    create: async (urns: readonly string[]) =>
      void (await demand(["up", "--yes", "--skip-preview", ...targets(urns)])),
    /** Adds existing resources to the state. */
    import: async (file: ImportFile, protect: boolean) => {
      const flags = ["--yes", "--skip-preview", "--generate-code=false", `--protect=${protect}`];
      const folder = await temporaryFolder("import");
      try {
        const path = join(folder.path, "import.json");
        await writeFile(path, JSON.stringify(file));
        await demand(["import", "--file", path, ...flags], {}, ATTEMPTS);
      } finally {
        await folder.remove();
      }
    },
    /** Runs the whole `pulumi up` and shows its output; false if it failed. */
    up: async () => {
      const options = { stdin: "inherit", stdout: process.stderr, stderr: "inherit" } as const;
      return !(await run(["up", "--yes", "--skip-preview", "--continue-on-error"], options)).failed;
    },
    /** A decrypted value of the stack's config; undefined if it is not set. */
    config: async (key: string) => {
      const { stdout, failed } = await run(["config", "get", key]);
      return failed ? undefined : stdout.trim();
    },
  };
}

/** Runs the CLI, whatever its exit code. @throws FleetError if it is not installed */
export async function pulumi(args: readonly string[], options: Options = {}) {
  const { stdout, stderr, failed, code, exitCode } = await execa("pulumi", args, {
    reject: false,
    ...options,
  });
  if (code === "ENOENT") throw new FleetError(NO_ENGINE);
  return { stdout: textOf(stdout), stderr: textOf(stderr), failed, exitCode };
}

function targets(urns: readonly string[]): string[] {
  return urns.flatMap((urn) => ["--target", urn]);
}

function textOf(output: unknown): string {
  return typeof output === "string" ? output : "";
}

/** The relevant part of the CLI's output: its errors, or else its last lines. */
export function refused([first, second]: readonly string[], output: string): FleetError {
  const lines = errorsIn(output).map((line) => `  ${line}`);
  const command = second === undefined || second.startsWith("-") ? first : `${first} ${second}`;
  return new FleetError(`pulumi ${command} failed:\n${lines.join("\n")}`);
}

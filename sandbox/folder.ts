import { readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import type { ArgoEvents } from "./argo-events.ts";
import type { ControlPlane } from "./control-plane.ts";
import type { InstalledDefinitions } from "./crds.ts";
import type { Toolchain } from "./toolchain/toolchain.ts";

/** The root folder of this repository. */
export const PROJECT = join(import.meta.dirname, "..");

/** The folder of `npm start` and the `sandbox:` commands: `SANDBOX_DIRECTORY`, else `.sandbox/`. */
export const SANDBOX_DIRECTORY = resolve(process.env.SANDBOX_DIRECTORY || join(PROJECT, ".sandbox"));

/** The entries that the sandbox writes into its folder beside `processes.json`. It removes nothing else. */
const ENTRIES = [
  "admin.kubeconfig",
  "argo-cd",
  "argo-cd.kubeconfig",
  "argo-events.json",
  "argo-events.kubeconfig",
  "bin",
  "certificates",
  "controller-manager.kubeconfig",
  "deployer.kubeconfig",
  "etcd",
  "github",
  "pulumi-home",
  "sandbox.json",
  "service-account.key",
  "state",
  "tokens.csv",
] as const;

/** The page of `fleet status`. It stays after the sandbox, as the logs do. */
export const STATUS_PAGE = "status.html";

/** The content of `sandbox.json` while the sandbox runs. */
export interface SandboxFile extends Pick<ControlPlane, "url" | "kubeconfigs" | "processes"> {
  readonly toolchain: Toolchain;
  readonly github: { readonly url: string; readonly baseUrl: string; readonly token: string };
  /** The receiver of deliveries, if its program is present. */
  readonly argoEvents?: ArgoEvents;
  /** The path of Argo CD's log, if it runs. */
  readonly argoCd?: string;
  readonly definitions: InstalledDefinitions;
  /** The environment variables for commands that use the sandbox. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Removes the data of a stopped sandbox. */
export async function emptyFolder(directory: string, options: { keepLogs: boolean }): Promise<void> {
  for (const entry of options.keepLogs ? ENTRIES : [...ENTRIES, "logs", STATUS_PAGE]) {
    await rm(join(directory, entry), { recursive: true, force: true });
  }
  // A folder with other files is kept.
  await rmdir(directory).catch(() => undefined);
}

export async function writeSandboxFile(directory: string, file: SandboxFile): Promise<void> {
  await writeFile(join(directory, "sandbox.json"), `${JSON.stringify(file, undefined, 2)}\n`, {
    mode: 0o600,
  });
}

/** Undefined if the sandbox is stopped or still starting. */
export async function readSandboxFile(directory: string): Promise<SandboxFile | undefined> {
  return readFile(join(directory, "sandbox.json"), "utf8").then(
    (text) => JSON.parse(text) as SandboxFile,
    () => undefined,
  );
}

/** One shell line that makes `pulumi` and `kubectl` use the sandbox. */
export function exportLine(environment: Readonly<Record<string, string>>): string {
  const words = Object.entries(environment).map(([name, value]) => {
    if (name !== "PATH") {
      return `${name}=${quoted(value)}`;
    }
    // The sandbox's programs and the project's Node come first on PATH.
    return `PATH=${quoted(value.split(delimiter).slice(0, 2).join(delimiter))}:"$PATH"`;
  });
  return `export ${words.join(" ")}`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

import { readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import type { ArgoEvents } from "./argo-events.ts";
import type { Kubeconfigs } from "./control-plane.ts";
import type { InstalledDefinitions } from "./crds.ts";
import type { RecordedProcess } from "./processes.ts";
import type { Toolchain } from "./toolchain/toolchain.ts";

/** Where the repository of this project is. */
export const PROJECT = join(import.meta.dirname, "..");

/** Where `npm start` and the `sandbox:` commands keep the sandbox: `SANDBOX_DIRECTORY`, else `.sandbox/` here. */
export const SANDBOX_DIRECTORY = resolve(process.env.SANDBOX_DIRECTORY || join(PROJECT, ".sandbox"));

/** What the sandbox writes into its folder beside `processes.json`; nothing else in there is ever removed. */
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

/** What `sandbox.json` says of a sandbox that is up. */
export interface SandboxFile {
  readonly toolchain: Toolchain;
  readonly url: string;
  readonly kubeconfigs: Kubeconfigs;
  /** Of the control plane. */
  readonly processes: readonly RecordedProcess[];
  readonly github: { readonly url: string; readonly baseUrl: string; readonly token: string };
  readonly argoEvents?: ArgoEvents;
  /** Argo CD's log, where it runs. */
  readonly argoCd?: string;
  readonly definitions: InstalledDefinitions;
  readonly environment: Readonly<Record<string, string>>;
}

/** Removes the data of a sandbox that is down. */
export async function emptyFolder(directory: string, options: { keepLogs: boolean }): Promise<void> {
  for (const entry of options.keepLogs ? ENTRIES : [...ENTRIES, "logs"]) {
    await rm(join(directory, entry), { recursive: true, force: true });
  }
  // What is not the sandbox's own keeps the folder.
  await rmdir(directory).catch(() => undefined);
}

export async function writeSandboxFile(directory: string, file: SandboxFile): Promise<void> {
  await writeFile(join(directory, "sandbox.json"), `${JSON.stringify(file, undefined, 2)}\n`, {
    mode: 0o600,
  });
}

/** Undefined where the sandbox is down or not up yet. */
export async function readSandboxFile(directory: string): Promise<SandboxFile | undefined> {
  return readFile(join(directory, "sandbox.json"), "utf8").then(
    (text) => JSON.parse(text) as SandboxFile,
    () => undefined,
  );
}

/** One line for a shell that makes `pulumi` and `kubectl` typed by hand use the sandbox. */
export function exportLine(environment: Readonly<Record<string, string>>): string {
  const words = Object.entries(environment).map(([name, value]) => {
    if (name !== "PATH") {
      return `${name}=${quoted(value)}`;
    }
    // The sandbox's programs and the project's own Node go before whatever the shell has.
    return `PATH=${quoted(value.split(delimiter).slice(0, 2).join(delimiter))}:"$PATH"`;
  });
  return `export ${words.join(" ")}`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

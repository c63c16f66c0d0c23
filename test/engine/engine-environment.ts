import { mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { vaultEnvironment } from "./vault.ts";

/**
 * The environment of the CLI: a file backend below the folder, without the user's settings. Coverage and stack
 * traces are off, because they would take longer than the programs themselves.
 * @param path the PATH that starts with the toolchain
 */
export async function engineEnvironment(path: string, folder: string): Promise<Record<string, string>> {
  return {
    PATH: path,
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_HOME: join(folder, "pulumi-home"),
    ...(await vaultEnvironment()),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NODE_V8_COVERAGE: "",
    NODE_COMPILE_CACHE: join(tmpdir(), "kargo-fleet-compile-cache"),
    NODE_OPTIONS: "--stack-trace-limit=0",
  };
}

const PROGRAM = [
  "main.js",
  "index.ts",
  "customize.ts",
  "node-version.cjs",
  "model",
  "git-host",
  "manifests",
  "components",
  "package.json",
  "Pulumi.yaml",
];

/**
 * Creates a folder for the engine.
 * @param withProgram whether it contains this repository's program with only its direct packages, because the
 * engine searches all packages for plugins
 */
export async function engineFolder(purpose: string, withProgram = false): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `kargo-fleet-${purpose}-`));
  await mkdir(join(folder, "state"));
  await mkdir(join(folder, "pulumi-home"));
  // A file in place of the folder for logs stops the CLI from writing a log of every run, which takes a third of
  // its time.
  await writeFile(join(folder, "pulumi-home", "logs"), "");
  if (withProgram) {
    for (const part of PROGRAM) await symlink(resolve(part), join(folder, part));
    const { dependencies } = JSON.parse(await readFile("package.json", "utf8")) as { dependencies: object };
    for (const name of Object.keys(dependencies)) {
      const path = join(folder, "node_modules", name);
      await mkdir(dirname(path), { recursive: true });
      await symlink(resolve("node_modules", name), path);
    }
  }
  return folder;
}

/** A resource in a stack's state. */
interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly protect?: boolean;
  readonly outputs?: { readonly kind?: unknown };
}

/** What the file of a stack's state holds; nothing before its first update. */
export async function readCheckpoint(file: string) {
  const { checkpoint } = JSON.parse(await readFile(file, "utf8")) as {
    checkpoint: { latest?: { resources?: readonly StateResource[]; pending_operations?: readonly object[] } };
  };
  const { resources = [], pending_operations: pending = [] } = checkpoint.latest ?? {};
  return { resources, pending };
}

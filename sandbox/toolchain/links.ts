import { chmod, mkdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FoundProgram } from "./look.ts";
import { pathFolders } from "./places.ts";

const nodeModulesBin = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "node_modules", ".bin");

/**
 * Fills a folder with a link to every program and with the plugin of dynamic providers. Replaces other files with
 * these names.
 * @returns a PATH with that folder first, then this project's `node_modules/.bin`, then the previous PATH
 */
export async function link(
  programs: readonly FoundProgram[],
  directory: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  for (const { name, path } of programs) {
    const place = join(directory, name);
    // If this folder is on PATH, a program may have been found through its own link.
    const target = path === place ? await realpath(path) : path;
    if (target === place) continue;
    await rm(place, { force: true });
    await symlink(target, place);
  }
  await writeDynamicProviderPlugin(directory);
  const first = [directory, nodeModulesBin];
  return [...first, ...pathFolders(environment).filter((folder) => !first.includes(folder))].join(delimiter);
}

/**
 * Writes the plugin of dynamic providers. The SDK's own script uses the first `node` on PATH to find the SDK; ours
 * names both paths.
 */
async function writeDynamicProviderPlugin(directory: string): Promise<void> {
  const script = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/dynamic-provider");
  await writeScript(join(directory, "pulumi-resource-pulumi-nodejs"), [process.execPath, script]);
}

/** Writes a script that runs another program with leading arguments. */
async function writeScript(place: string, words: readonly string[]): Promise<void> {
  await rm(place, { force: true });
  await writeFile(place, `#!/bin/sh\nexec ${words.map(quoted).join(" ")} "$@"\n`);
  await chmod(place, 0o755);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

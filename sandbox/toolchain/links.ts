import { chmod, mkdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import type { FoundProgram } from "./look.ts";
import { pathFolders } from "./places.ts";

const nodeModulesBin = join(import.meta.dirname, "../../node_modules/.bin");

/**
 * Fills a folder with a link to every program and with the plugin of dynamic providers
 * (`pulumi-resource-pulumi-nodejs`). Replaces other files with these names.
 * @param directory created if missing
 * @param environment whose PATH is extended
 * @returns a PATH with that folder first, then this project's `node_modules/.bin`, then the previous PATH
 */
export async function linkPrograms(
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
  await writeDynamicProvider(directory);
  const first = [directory, nodeModulesBin];
  return [...first, ...pathFolders(environment).filter((folder) => !first.includes(folder))].join(delimiter);
}

/**
 * Writes the plugin of dynamic providers. The SDK's own script uses the first `node` on PATH to find the SDK; ours
 * names both paths.
 */
async function writeDynamicProvider(directory: string): Promise<void> {
  const script = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/dynamic-provider");
  const place = join(directory, "pulumi-resource-pulumi-nodejs");
  await rm(place, { force: true });
  await writeFile(place, `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`);
  await chmod(place, 0o755);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

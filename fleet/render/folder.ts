import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FleetError } from "../fleet-error.ts";
import type { RenderedFile } from "./objects.ts";

/** Lists the files of the last run, so that the next one removes only these. */
const INDEX = ".kargo-fleet-rendered";

/**
 * Writes the files into a folder and removes files of the previous run that are no longer needed.
 * @returns the number of new or changed files, and of removed ones
 * @throws FleetError if the folder holds other files
 */
export async function writeFolder(
  folder: string,
  files: readonly RenderedFile[],
): Promise<{ written: number; removed: number }> {
  const before = await filesBefore(folder);
  const now = new Set(files.map(({ path }) => path));
  const stale = before.filter((path) => !now.has(path));
  let written = 0;
  for (const { path, text } of files) {
    const file = join(folder, path);
    if ((await readFile(file, "utf8").catch(() => undefined)) === text) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    written++;
  }
  for (const path of stale) {
    await rm(join(folder, path), { force: true });
    await removeEmpty(folder, dirname(path));
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, INDEX), [...now].map((path) => `${path}\n`).join(""));
  return { written, removed: stale.length };
}

async function filesBefore(folder: string): Promise<readonly string[]> {
  if (!existsSync(folder)) return [];
  const there = await readdir(folder).catch(() => {
    throw new FleetError(`${folder} is not a folder. Name one that is new or empty.`);
  });
  if (there.length === 0) return [];
  if (!there.includes(INDEX))
    throw new FleetError(
      `${folder} is not empty, and was not written by fleet render. Name a folder that is new or empty.`,
    );
  const paths = (await readFile(join(folder, INDEX), "utf8")).split("\n").filter((path) => path !== "");
  // Somebody may have edited the list, so paths outside the folder are ignored.
  return paths.filter((path) => !path.startsWith("/") && !path.split("/").includes(".."));
}

async function removeEmpty(root: string, folder: string): Promise<void> {
  if (folder === ".") return;
  const removed = await rmdir(join(root, folder)).then(
    () => true,
    () => false,
  );
  if (removed) await removeEmpty(root, dirname(folder));
}

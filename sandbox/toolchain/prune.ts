import { readdir, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const day = 24 * 60 * 60 * 1000;

/** How long an unused entry is kept; other clones and branches share the cache. */
const keptUnusedFor = 30 * day;

/** Marks a cache entry as used. Ignores a read-only cache. */
export async function markUsed(entry: string, when = new Date()): Promise<void> {
  await utimes(entry, when, when).catch(() => undefined);
}

/** Removes the program's other entries that were not used for 30 days. Every edit of a plugin adds an entry. */
export async function pruneBeside(entry: string): Promise<void> {
  const folder = dirname(entry);
  for (const name of (await readdir(folder)).filter((other) => other !== basename(entry))) {
    const { mtimeMs } = await stat(join(folder, name));
    if (Date.now() - mtimeMs > keptUnusedFor) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

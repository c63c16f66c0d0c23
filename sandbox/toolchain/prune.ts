import { readdir, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const day = 24 * 60 * 60 * 1000;

/** How long an entry that nobody uses is kept; other clones and branches share the cache. */
const keptUnusedFor = 30 * day;

/** Notes that a cache entry is in use; a cache that cannot be written to is no reason to stop. */
export async function markUsed(entry: string, when = new Date()): Promise<void> {
  await utimes(entry, when, when).catch(() => undefined);
}

/** Removes the program's other entries that nobody has used for 30 days: every edit of a plugin makes a new one. */
export async function pruneBeside(entry: string): Promise<void> {
  const folder = dirname(entry);
  for (const name of (await readdir(folder)).filter((other) => other !== basename(entry))) {
    const { mtimeMs } = await stat(join(folder, name));
    if (Date.now() - mtimeMs > keptUnusedFor) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT } from "../../model/stack-config.ts";
import { backendFolder } from "../file-backend.ts";

const SHOWN = 3;

/**
 * How to restore a state that cannot be read: lists the complete copies in a file backend, newest first. Pulumi
 * keeps the previous state beside the current one, and others in the backend's folders of backups and history.
 * @param backend its URL
 * @param isThere whether the backend has the stack
 * @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
 */
export async function backupsHint(backend: string, stack: string, isThere = true): Promise<string> {
  const folder = backendFolder(backend);
  const again = `npm run fleet -- recover --stack ${stack}`;
  const newStack = `If the stack is new, or no copy exists, run pulumi stack init ${stack}; then ${again} imports what its program made, by its labels.`;
  if (folder === undefined) {
    if (!isThere) return `The backend has no stack ${stack}. ${newStack}`;
    return `The state of ${stack} cannot be read. Its backend keeps earlier ones: pulumi stack history --stack ${stack} lists them, pulumi stack export --version <number> gets one, and pulumi stack import puts it in place.`;
  }
  const state = join(folder, "stacks", PROJECT, `${stack}.json`);
  const what = `The state of ${stack} (${state}) ${isThere ? "cannot be read" : "is missing"}`;
  const found = await wholeCopies(folder, stack);
  const looked = `${state}.bak, and ${join(folder, "backups", PROJECT, stack)} and ${join(folder, "history", PROJECT, stack)}`;
  if (found.length === 0) {
    const fix = isThere
      ? "Restore one from your own backup of that folder; running workloads are not affected."
      : newStack;
    return `${what}, and there is no complete copy in ${looked}. ${fix}`;
  }
  const [newest] = found;
  const others = found.slice(1, SHOWN).map((file) => `\n  ${file}`);
  const place = isThere
    ? "keep the broken file, and copy the newest over it"
    : "and copy the newest to its place";
  return [
    `${what}. Complete copies, newest first:`,
    `\n  ${newest}`,
    ...others,
    `\nMake sure that no pulumi runs, ${place}: cp ${newest} ${state}`,
    `\nThen ${again} imports what was created since.`,
  ].join("");
}

/**
 * The stacks of the project whose state is truncated or no state.
 * @param backend its URL
 */
export async function unreadableStacks(backend: string): Promise<string[]> {
  const folder = backendFolder(backend);
  const states = folder === undefined ? "" : join(folder, "stacks", PROJECT);
  const names = (await readdir(states).catch(() => [])).filter((name) => name.endsWith(".json"));
  const read = await Promise.all(names.map((name) => isWhole(join(states, name))));
  return names.filter((_, index) => !read[index]).map((name) => name.slice(0, -".json".length));
}

/** The complete copies by the time they were written. A copy in the history is the state after an update. */
async function wholeCopies(folder: string, stack: string): Promise<string[]> {
  const places: readonly [of: string, isMeant: (name: string) => boolean][] = [
    [join(folder, "stacks", PROJECT), (name) => name === `${stack}.json.bak`],
    [join(folder, "backups", PROJECT, stack), (name) => name.endsWith(".json")],
    [join(folder, "history", PROJECT, stack), (name) => name.endsWith(".checkpoint.json")],
  ];
  const copies: { readonly file: string; readonly written: number }[] = [];
  for (const [of, isMeant] of places)
    for (const name of await readdir(of).catch(() => [])) {
      const file = join(of, name);
      if (isMeant(name) && (await isWhole(file))) copies.push({ file, written: (await stat(file)).mtimeMs });
    }
  return copies.sort((a, b) => b.written - a.written).map(({ file }) => file);
}

async function isWhole(file: string): Promise<boolean> {
  try {
    return Object.hasOwn(JSON.parse(await readFile(file, "utf8")), "checkpoint");
  } catch {
    return false;
  }
}

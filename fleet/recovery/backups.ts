import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT } from "../../model/stack-config.ts";
import { backendFolder } from "../file-backend.ts";

/** What the CLI says of a state that ends in the middle, or is no state. */
export const UNREADABLE_STATE = /failed to load checkpoint/;

const SHOWN = 3;

/**
 * The way out where the state of a stack cannot be read: which whole copies of it a backend of files still has, newest
 * first. Pulumi keeps the last one beside the state, and others in the backend's folders of backups and of history.
 *
 * @param backend its URL
 * @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
 */
export async function backupsHint(backend: string, stack: string): Promise<string> {
  const folder = backendFolder(backend);
  if (folder === undefined)
    return `The state of ${stack} cannot be read. Its backend keeps earlier ones: pulumi stack history --stack ${stack} lists them, pulumi stack export --version <number> gets one, and pulumi stack import puts it in place.`;
  const state = join(folder, "stacks", PROJECT, `${stack}.json`);
  const found = await wholeCopies(folder, stack);
  const looked = `${state}.bak, and ${join(folder, "backups", PROJECT, stack)} and ${join(folder, "history", PROJECT, stack)}`;
  if (found.length === 0)
    return `The state of ${stack} (${state}) cannot be read, and there is no whole copy of it: not in ${looked}. Take one from your own backup of that folder; what runs stays as it is.`;
  const [newest] = found;
  const others = found.slice(1, SHOWN).map((file) => `\n  ${file}`);
  return [
    `The state of ${stack} (${state}) cannot be read. Whole copies of it, newest first:`,
    `\n  ${newest}`,
    ...others,
    `\nMake sure that no pulumi runs, keep the broken file, and copy the newest over it: cp ${newest} ${state}`,
    `\nThen npm run fleet -- recover --stack ${stack} records what was made since.`,
  ].join("");
}

/** The copies that are whole, by when they were written. Those of the history are the state after each update. */
async function wholeCopies(folder: string, stack: string): Promise<string[]> {
  const places = [
    { of: join(folder, "stacks", PROJECT), end: `${stack}.json.bak`, whole: true },
    { of: join(folder, "backups", PROJECT, stack), end: ".json" },
    { of: join(folder, "history", PROJECT, stack), end: ".checkpoint.json" },
  ];
  const copies: { readonly file: string; readonly written: number }[] = [];
  for (const { of, end, whole = false } of places)
    for (const name of await readdir(of).catch(() => [])) {
      const file = join(of, name);
      const isMeant = whole ? name === end : name.endsWith(end);
      if (isMeant && (await isWhole(file))) copies.push({ file, written: (await stat(file)).mtimeMs });
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

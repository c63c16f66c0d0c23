import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT } from "../../model/stack-config.ts";
import { backendFolder } from "../file-backend.ts";

const SHOWN = 3;

/**
 * How to restore a state that cannot be read: lists the complete copies in a file backend, newest first. Pulumi
 * keeps the previous state beside the current one, and others in the backend's folders of backups and history.
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
    return `The state of ${stack} (${state}) cannot be read, and there is no complete copy in ${looked}. Restore one from your own backup of that folder; running workloads are not affected.`;
  const [newest] = found;
  const others = found.slice(1, SHOWN).map((file) => `\n  ${file}`);
  return [
    `The state of ${stack} (${state}) cannot be read. Complete copies, newest first:`,
    `\n  ${newest}`,
    ...others,
    `\nMake sure that no pulumi runs, keep the broken file, and copy the newest over it: cp ${newest} ${state}`,
    `\nThen npm run fleet -- recover --stack ${stack} imports what was created since.`,
  ].join("");
}

/** The complete copies by the time they were written. A copy in the history is the state after an update. */
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

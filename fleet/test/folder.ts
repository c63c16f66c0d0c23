import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Ended, fleetCommand } from "./commands.ts";

/** A folder of stack files on disk, with the `fleet` command running in it. */
export interface Folder {
  readonly path: string;
  write(file: string, text: string): Promise<void>;
  run(...args: string[]): Promise<Ended>;
  remove(): Promise<void>;
}

export async function folderOf(texts: Readonly<Record<string, string>>): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "fleet-folder-"));
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  };
  for (const [file, text] of Object.entries(texts)) await write(file, text);
  return {
    path,
    write,
    run: (...args) => fleetCommand(args, path),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** A folder with these files, new for each test of the surrounding `describe`. */
export function eachFolder(texts: Readonly<Record<string, string>> = {}): Folder {
  const folder = {} as Folder;
  beforeEach(async () => Object.assign(folder, await folderOf(texts)));
  afterEach(() => folder.remove());
  return folder;
}

/** Folders for the tests of the surrounding `describe`, which removes them at its end. */
export function removedFolders(): (texts?: Readonly<Record<string, string>>) => Promise<Folder> {
  const folders: Folder[] = [];
  after(async () => {
    for (const folder of folders) await folder.remove();
  });
  return async (texts = {}) => {
    const folder = await folderOf(texts);
    folders.push(folder);
    return folder;
  };
}

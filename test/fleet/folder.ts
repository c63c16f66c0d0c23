import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import type { Files } from "../../fleet/files.ts";

/** A folder of stack files on disk, and the `fleet` command in it. */
export interface Folder {
  readonly path: string;
  write(file: string, text: string): Promise<void>;
  run(...args: string[]): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }>;
  remove(): Promise<void>;
}

export async function folderOf(texts: Readonly<Record<string, string>>): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "fleet-folder-"));
  const write = (file: string, text: string) => writeFile(join(path, file), text);
  for (const [file, text] of Object.entries(texts)) await write(file, text);
  return {
    path,
    write,
    run: async (...args) => {
      const main = resolve("fleet/main.ts");
      const options = { cwd: path, reject: false, stripFinalNewline: false, input: "" } as const;
      const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...args], options);
      return { exitCode, stdout, stderr };
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** The same without a disk. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  return { list: () => Object.keys(texts), read: (file) => texts[file], where: "/somewhere" };
}

import { readdirSync } from "node:fs";
import { posix } from "node:path";
import { filesBelow } from "../components/folder.ts";
import type { CatalogueFolder } from "../model/include-pattern.ts";

/** A source of stack files and catalogues: a folder, a commit, or texts in a test. */
export interface Files extends CatalogueFolder {
  /** The names of the files in the top folder. */
  list(): readonly string[];
  /** The source's name in messages. */
  readonly where: string;
}

/** The working directory, read at each call. */
export function workingDirectory(): Files {
  return { ...folder("."), where: process.cwd() };
}

/** A folder, read at each call. */
export function folder(path: string): Files {
  return { ...filesBelow(path), list: () => readdirSync(path), where: path };
}

/** The same files with some texts replaced, to check an edit before it is written. */
export function withTexts(files: Files, texts: Readonly<Record<string, string>>): Files {
  return { ...files, read: (file) => texts[posix.normalize(file)] ?? files.read(file) };
}

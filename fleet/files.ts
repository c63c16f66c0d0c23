import { readdirSync } from "node:fs";
import { posix } from "node:path";
import { filesBelow } from "../components/folder.ts";
import type { CatalogueFolder } from "../model/include-pattern.ts";

/** Where stack files and catalogues are read from: a folder, a commit, or a test's own texts. */
export interface Files extends CatalogueFolder {
  /** The names of the files in the folder itself. */
  list(): readonly string[];
  /** Where this is, for messages. */
  readonly where: string;
}

/** The working directory, as it is at the time of each call. */
export function workingDirectory(): Files {
  return { ...folder("."), where: process.cwd() };
}

/** A folder, as it is at the time of each call. */
export function folder(path: string): Files {
  return { ...filesBelow(path), list: () => readdirSync(path), where: path };
}

/** The same files, but for some that have another text: what they will be once that is written. */
export function withTexts(files: Files, texts: Readonly<Record<string, string>>): Files {
  return { ...files, read: (file) => texts[posix.normalize(file)] ?? files.read(file) };
}

import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

/** Where stack files and catalogues are read from: a folder, a commit, or a test's own texts. */
export interface Files {
  /** The names of the files in the folder itself. */
  list(): readonly string[];
  /** @returns nothing where there is no such file, or where it cannot be read */
  read(file: string): string | undefined;
  /** Where this is, for messages. */
  readonly where: string;
}

/** The working directory, as it is at the time of each call. */
export function workingDirectory(): Files {
  return { ...folder("."), where: process.cwd() };
}

/** A folder, as it is at the time of each call. */
export function folder(path: string): Files {
  return {
    list: () => readdirSync(path),
    read: (file) => {
      try {
        return readFileSync(resolve(path, file), "utf8");
      } catch {
        return undefined;
      }
    },
    where: path,
  };
}

/** The same files, but for some that have another text: what they will be once that is written. */
export function withTexts(files: Files, texts: Readonly<Record<string, string>>): Files {
  return { ...files, read: (file) => texts[file] ?? files.read(file) };
}

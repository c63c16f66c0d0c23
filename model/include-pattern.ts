import { ruled, shown } from "./patterns.ts";

/** An entry of a folder. A link is `other`, because it may lead out of the repository. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
}

/** The source of a catalogue's files. Paths have slashes, but none at either end. */
export interface CatalogueFolder {
  /** The entries of a folder; none if it is missing. */
  entries(folder: string): readonly FolderEntry[];
  /** @returns undefined if the file is missing or unreadable */
  read(file: string): string | undefined;
}

export const NO_FOLDER: CatalogueFolder = { entries: () => [], read: () => undefined };

/**
 * The program's folders and files. A catalogue may not have files there, because whoever may change a catalogue's
 * file must not be able to change the program.
 */
export const PROGRAM_FOLDERS: readonly string[] = [
  "bench",
  "components",
  "docs",
  "examples",
  "fleet",
  "git-host",
  "manifests",
  "model",
  "node_modules",
  "sandbox",
  "test",
];

const PART = /^(?!\.)[\w.@+-]*\*?[\w.@+-]*$/;
const LIMIT = 500;

/** `catalogue/edge.json`, `catalogue/*.json`, `teams/*`+`/services.json`: inside a subfolder. */
export const includePattern = ruled((pattern) => {
  const parts = pattern.split("/");
  const [first = ""] = parts;
  if (pattern.length > LIMIT) return `must have at most ${LIMIT} characters`;
  if (parts.length < 2 || first.includes("*"))
    return `${shown(pattern)} must begin with a folder, by its name: "catalogue/*.json"`;
  if (!parts.every((part) => part !== "" && PART.test(part)))
    return `${shown(pattern)} is not a path below this folder: letters, digits, "_", "-", ".", "@" and "+" between single slashes, none beginning with a dot, with at most one * in each`;
  if (PROGRAM_FOLDERS.includes(first.toLowerCase()))
    return `${shown(pattern)} is in a folder of the program: give the catalogue one of its own`;
  return pattern.endsWith(".json") ? undefined : `${shown(pattern)} must end in .json`;
});

/** Whether a pattern matches a path. */
export function isIncluded(pattern: string, path: string): boolean {
  const [parts, names] = [pattern.split("/"), path.split("/")];
  return parts.length === names.length && parts.every((part, index) => fits(part, names[index] ?? ""));
}

/** A star matches any characters, except a leading dot. */
function fits(part: string, name: string): boolean {
  const [start = "", end] = part.split("*");
  if (end === undefined) return part === name;
  const long = name.length >= start.length + end.length;
  return long && name.startsWith(start) && name.endsWith(end) && !name.startsWith(".");
}

/**
 * The files that a pattern matches, sorted by path.
 * @param below the folder in which the pattern begins; empty for the root
 */
export function expand(
  pattern: string,
  below: string,
  { entries }: Pick<CatalogueFolder, "entries">,
): FolderEntry[] {
  const [part = "", ...rest] = pattern.split("/");
  const found = entries(below).filter(({ name }) => fits(part, name));
  const sorted = [...found].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.flatMap(({ name, kind }): FolderEntry[] => {
    const path = below === "" ? name : `${below}/${name}`;
    if (rest.length === 0) return [{ name: path, kind }];
    return kind === "folder" ? expand(rest.join("/"), path, { entries }) : [];
  });
}

import { ruled, shown } from "./patterns.ts";

/** Something in a folder. A link is `other`: it may lead out of the repository. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
}

/** Where a catalogue is read from. Paths have slashes, and none at either end. */
export interface CatalogueFolder {
  /** What is in a folder; of one that is not there nothing. */
  entries(folder: string): readonly FolderEntry[];
  /** @returns nothing where there is no such file, or where it cannot be read */
  read(file: string): string | undefined;
}

export const NO_FOLDER: CatalogueFolder = { entries: () => [], read: () => undefined };

/**
 * The folders that the program is in, and what it runs from. Whoever may change a file of a catalogue must not be able to
 * change these, so no catalogue has files there.
 */
export const PROGRAM_FOLDERS: readonly string[] = [
  "bench",
  "components",
  "docs",
  "examples",
  "fleet",
  "manifests",
  "model",
  "node_modules",
  "sandbox",
  "test",
];

const PART = /^(?!\.)[\w.@+-]*\*?[\w.@+-]*$/;
const LIMIT = 500;

/** `catalogue/edge.json`, `catalogue/*.json`, `teams/*`+`/services.json`: below a folder of its own, and never outside. */
export const includePattern = ruled((pattern) => {
  const parts = pattern.split("/");
  const [first = ""] = parts;
  if (pattern.length > LIMIT) return `must have at most ${LIMIT} characters`;
  if (parts.length < 2 || first.includes("*"))
    return `${shown(pattern)} must begin with a folder, by its name: "catalogue/*.json"`;
  if (!parts.every((part) => part !== "" && PART.test(part)))
    return `${shown(pattern)} is no path below this folder: letters, digits, "_", "-", ".", "@" and "+" between single slashes, none beginning with a dot, with at most one * in each`;
  if (PROGRAM_FOLDERS.includes(first.toLowerCase()))
    return `${shown(pattern)} is in a folder of the program: give the catalogue one of its own`;
  return pattern.endsWith(".json") ? undefined : `${shown(pattern)} must end in .json`;
});

/** Whether a path is among those that a pattern means. */
export function isIncluded(pattern: string, path: string): boolean {
  const [parts, names] = [pattern.split("/"), path.split("/")];
  return parts.length === names.length && parts.every((part, index) => fits(part, names[index] ?? ""));
}

/** A star stands for any characters, and for no dot at the beginning. */
function fits(part: string, name: string): boolean {
  const [start = "", end] = part.split("*");
  if (end === undefined) return part === name;
  const long = name.length >= start.length + end.length;
  return long && name.startsWith(start) && name.endsWith(end) && !name.startsWith(".");
}

/**
 * What a pattern means in a folder, by path and in order.
 *
 * @param below the folder that the pattern begins in; empty for the root
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

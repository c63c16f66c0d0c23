import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FleetError } from "../fleet-error.ts";
import type { Section } from "./compose.ts";

/** A report longer than this was not made by a job of ours. */
const LARGEST = 1_000_000;

/**
 * The reports of a folder, `<name>.md` each, in the order of the names; one that is not there has no text.
 *
 * @throws FleetError as {@link markdownOf}
 */
export function sectionsOf(folder: string | undefined, names: readonly string[]): readonly Section[] {
  return names.map((name) => ({
    name,
    text: folder === undefined ? undefined : read(join(folder, `${name}.md`)),
  }));
}

/** A file's text. @throws FleetError where there is none, it is no regular file, or it is too large */
export function markdownOf(file: string): string {
  const text = read(file);
  if (text === undefined) throw new FleetError(`There is no file ${JSON.stringify(file)}.`);
  return text;
}

/** Another job wrote the file: what a link leads to must not end up in a comment. */
function read(file: string): string | undefined {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile() || found.size > LARGEST)
    throw new FleetError(
      `${JSON.stringify(file)} is no report: a regular file of at most ${LARGEST} bytes is.`,
    );
  return readFileSync(file, "utf8");
}

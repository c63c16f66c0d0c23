import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FleetError } from "../fleet-error.ts";
import type { Section } from "./compose.ts";

/** A larger report was not written by our jobs. */
const LARGEST = 1_000_000;

/**
 * The reports `<name>.md` in a folder, in the order of the names; a missing one has no text.
 * @throws FleetError as {@link markdownOf}
 */
export function sectionsOf(folder: string | undefined, names: readonly string[]): readonly Section[] {
  return names.map((name) => ({
    name,
    text: folder === undefined ? undefined : read(join(folder, `${name}.md`)),
  }));
}

/** A file's text. @throws FleetError if it is missing, no regular file, or too large */
export function markdownOf(file: string): string {
  const text = read(file);
  if (text === undefined) throw new FleetError(`There is no file ${JSON.stringify(file)}.`);
  return text;
}

/** Another job wrote the file, so links are not followed: a comment must not show other files. */
function read(file: string): string | undefined {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile() || found.size > LARGEST)
    throw new FleetError(
      `${JSON.stringify(file)} is not a report: it must be a regular file of at most ${LARGEST} bytes.`,
    );
  return readFileSync(file, "utf8");
}

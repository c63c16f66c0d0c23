import { writeFileSync } from "node:fs";
import type { Catalogue, CatalogueReading } from "../../model/catalogue.ts";
import { didYouMean, InvalidInput, listed } from "../../model/diagnostics.ts";
import { type Fleet, readFleet } from "../all-stacks.ts";
import { withTexts, workingDirectory } from "../files.ts";
import { FleetError } from "../fleet-error.ts";

/** A catalogue to edit, with the stacks that read it. */
export interface EditedCatalogue {
  /** The file that the stacks name. */
  readonly file: string;
  readonly value: Catalogue;
  readonly reading: CatalogueReading;
  /** The included file that the user asked for; undefined if the user asked for another one or none. */
  readonly named: string | undefined;
  readonly fleet: Fleet;
}

/**
 * Opens the catalogue for an edit.
 * @param file the catalogue or an included file; undefined if the stacks name only one
 * @throws FleetError if the file is ambiguous or unreadable, InvalidInput if it already has problems
 */
export function openCatalogue(file: string | undefined): EditedCatalogue {
  const fleet = readFleet();
  const { stacks } = fleet;
  const readings = new Map(
    stacks.map(({ config, catalogue }) => [config.value?.catalogue ?? "services.json", catalogue]),
  );
  const names = [...readings.keys()];
  const includes = (name: string) => readings.get(name)?.included.some(({ path }) => path === file);
  const chosen =
    file === undefined
      ? names.length === 1
        ? names[0]
        : undefined
      : names.find((n) => n === file || includes(n));
  const all = [
    ...names,
    ...[...readings.values()].flatMap((each) => each?.included.map(({ path }) => path) ?? []),
  ];
  if (chosen === undefined)
    throw new FleetError(
      file === undefined
        ? `Which catalogue? Name one with --catalogue (the stacks read: ${listed(names)}).`
        : `No stack reads ${file} (they read: ${listed([...new Set(all)])}). ${didYouMean(file, all) ?? ""}`.trimEnd(),
    );
  if (fleet.problems.length > 0) throw new InvalidInput(fleet.problems);
  const reading = readings.get(chosen);
  if (reading?.value === undefined) throw new Error("a catalogue without problems has a value");
  return { file: chosen, value: reading.value, reading, named: file === chosen ? undefined : file, fleet };
}

/** The file that lists an existing service. */
export function homeOf({ reading }: EditedCatalogue, service: string): string {
  return reading.document.place(["services", service]).file;
}

/**
 * The file for a new service of a team: the team's own, if it has one.
 * @throws FleetError if the team has several, or if the user asked for another team's file
 */
export function newHomeOf({ file, reading, named }: EditedCatalogue, team: string): string {
  const own = reading.included.filter((each) => each.team === team).map(({ path }) => path);
  if (named !== undefined && !own.includes(named))
    throw new FleetError(`${named} does not belong to the team ${team} (its files: ${listed(own)}).`);
  if (named === undefined && own.length > 1)
    throw new FleetError(`The team ${team} has several files (${listed(own)}). Name one with --catalogue.`);
  return named ?? own[0] ?? file;
}

/** The current text of a catalogue or an included file. */
export function textOf(file: string): string {
  return workingDirectory().read(file) ?? "";
}

/**
 * Reads all stacks with the new text before it is written.
 * @throws InvalidInput with every problem; the file is unchanged then
 */
export function checkText(file: string, text: string): Fleet {
  const fleet = readFleet(withTexts(workingDirectory(), { [file]: text }));
  if (fleet.problems.length > 0) throw new InvalidInput(fleet.problems);
  return fleet;
}

export function writeCatalogue(file: string, text: string): void {
  writeFileSync(file, text);
}

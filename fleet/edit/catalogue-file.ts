import { writeFileSync } from "node:fs";
import { type Catalogue, readCatalogue } from "../../model/catalogue.ts";
import { didYouMean, InvalidInput, listed } from "../../model/diagnostics.ts";
import { type Fleet, readFleet } from "../all-stacks.ts";
import { withTexts, workingDirectory } from "../files.ts";
import { FleetError } from "../fleet-error.ts";

/** A catalogue that is about to be edited, with the stacks that read it. */
export interface EditedCatalogue {
  readonly file: string;
  readonly text: string;
  readonly value: Catalogue;
  readonly fleet: Fleet;
}

/**
 * Opens the catalogue that an entry is to be changed in.
 *
 * @param file nothing where the stacks name just one
 * @throws FleetError where it cannot be told or read, InvalidInput where it is wrong already
 */
export function openCatalogue(file: string | undefined): EditedCatalogue {
  const fleet = readFleet();
  const named = [...new Set(fleet.stacks.map(({ config }) => config.value?.catalogue ?? "services.json"))];
  const chosen = file ?? (named.length === 1 ? named[0] : undefined);
  if (chosen === undefined)
    throw new FleetError(`Which catalogue? Name one with --catalogue (the stacks read: ${listed(named)}).`);
  if (!named.includes(chosen))
    throw new FleetError(
      `No stack reads ${chosen} (they read: ${listed(named)}). ${didYouMean(chosen, named) ?? ""}`.trimEnd(),
    );
  if (fleet.problems.length > 0) throw new InvalidInput(fleet.problems);
  const text = workingDirectory().read(chosen) ?? "";
  const { value } = readCatalogue(chosen, text);
  if (value === undefined) throw new Error("a catalogue without problems has a value");
  return { file: chosen, text, value, fleet };
}

/**
 * Reads all stacks as they will be with the new text, before it is written.
 *
 * @throws InvalidInput with every problem of it; the file is as it was then
 */
export function checkText({ file }: EditedCatalogue, text: string): Fleet {
  const fleet = readFleet(withTexts(workingDirectory(), { [file]: text }));
  if (fleet.problems.length > 0) throw new InvalidInput(fleet.problems);
  return fleet;
}

export function writeCatalogue({ file }: EditedCatalogue, text: string): void {
  writeFileSync(file, text);
}

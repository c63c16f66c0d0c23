import { acrossStacks } from "../model/across-stacks.ts";
import { type Catalogue, readCatalogue } from "../model/catalogue.ts";
import { formatPath, InvalidInput, type Problem } from "../model/diagnostics.ts";
import { parseYaml, type SourceDocument } from "../model/documents.ts";
import { makePlan, type Plan } from "../model/plan.ts";
import type { Reading } from "../model/schema-problems.ts";
import { PROJECT, readStackConfig, type StackConfig } from "../model/stack-config.ts";
import type { PlannedStack } from "../model/stack-problem.ts";
import { type Files, workingDirectory } from "./files.ts";
import { FleetError } from "./fleet-error.ts";
import { configOf } from "./stack-files.ts";

/** A stack as its files say it, right or wrong. */
export interface FoundStack {
  readonly name: string;
  readonly document: SourceDocument;
  readonly config: Reading<StackConfig>;
  /** The catalogue that it names; nothing where that cannot be read. */
  readonly catalogue: Reading<Catalogue> | undefined;
  /** Nothing where something of it is wrong. */
  readonly plan: Plan | undefined;
  /** What is wrong with it and with its catalogue. */
  readonly problems: readonly Problem[];
}

/** All stacks of a folder, and everything that is wrong with them. */
export interface Fleet {
  readonly stacks: readonly FoundStack[];
  /** Of each stack, of its catalogue, and of all of them together. */
  readonly problems: readonly Problem[];
  /** Those of them that no stack has alone. */
  readonly between: readonly Problem[];
}

/**
 * Reads every `Pulumi.<stack>.yaml` with its catalogue. Offline: no engine, no cluster, no passphrase.
 *
 * @throws FleetError where there is no stack file
 */
export function readFleet(files: Files = workingDirectory(), now: Date = new Date()): Fleet {
  const names = stackNames(files);
  if (names.length === 0)
    throw new FleetError(
      `There is no stack file (Pulumi.<stack>.yaml) in ${files.where}. Go to the folder of the stacks, or name it with -C.`,
    );
  const catalogues = new Map<string, Reading<Catalogue> | undefined>();
  const read = (file: string) => {
    if (catalogues.has(file)) return catalogues.get(file);
    const text = files.read(file);
    const reading = text === undefined ? undefined : readCatalogue(file, text);
    catalogues.set(file, reading);
    return reading;
  };
  const stacks = names.map((name) => readStack(name, files, read, now));
  const planned = stacks.flatMap(({ name, plan, document, config, catalogue }): PlannedStack[] =>
    plan && config.value && catalogue?.value
      ? [{ name, plan, document, config: config.value, catalogue: catalogue.value }]
      : [],
  );
  const between = acrossStacks(planned);
  return { stacks, problems: [...stacks.flatMap(({ problems }) => problems), ...between], between };
}

/** The stacks that have a file, by name. */
export function stackNames(files: Files): string[] {
  return files
    .list()
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

function readStack(
  name: string,
  files: Files,
  read: (file: string) => Reading<Catalogue> | undefined,
  now: Date,
): FoundStack {
  const file = `Pulumi.${name}.yaml`;
  const document = parseYaml(file, files.read(file) ?? "");
  const config = readStackConfig(configOf(document), document);
  const catalogue = read(config.value?.catalogue ?? "services.json");
  const found = { name, document, config, catalogue };
  if (catalogue === undefined) {
    const problems = [...config.problems, missingCatalogue(config, document, files.where)];
    return { ...found, plan: undefined, problems };
  }
  try {
    return { ...found, plan: makePlan(catalogue, config, now), problems: [] };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { ...found, plan: undefined, problems: error.problems };
  }
}

function missingCatalogue({ value }: Reading<StackConfig>, document: SourceDocument, where: string): Problem {
  const path = ["config", `${PROJECT}:catalogue`];
  const file = JSON.stringify(value?.catalogue ?? "services.json");
  return {
    code: "KF007",
    place: document.place(path),
    path: formatPath(path),
    message: `the catalogue ${file} cannot be read from ${where}.`,
    wayOut: "Add the file, or name another.",
  };
}

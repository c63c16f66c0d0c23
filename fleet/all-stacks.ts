import "../customize.ts";
import { checkCustomization } from "../manifests/inventory/objects.ts";
import { acrossStacks } from "../model/across-stacks.ts";
import { type CatalogueReading, readCatalogue } from "../model/catalogue.ts";
import { didYouMean, InvalidInput, listed, type Problem, problem } from "../model/diagnostics.ts";
import { type SourceDocument, withoutValue } from "../model/documents.ts";
import { makePlan, type Plan } from "../model/plan.ts";
import type { Reading } from "../model/schema-problems.ts";
import { PROJECT, readStackConfig, type StackConfig } from "../model/stack-config.ts";
import { parseStackFile } from "../model/stack-file.ts";
import type { PlannedStack } from "../model/stack-problem.ts";
import { type Files, workingDirectory } from "./files.ts";
import { FleetError } from "./fleet-error.ts";

/** A stack as its files define it, valid or not. */
export interface FoundStack {
  readonly name: string;
  readonly document: SourceDocument;
  readonly config: Reading<StackConfig>;
  /** The stack's catalogue; undefined if it cannot be read. */
  readonly catalogue: CatalogueReading | undefined;
  /** Undefined if the files have problems. */
  readonly plan: Plan | undefined;
  /** The problems of the stack and of its catalogue. */
  readonly problems: readonly Problem[];
}

/** All stacks of a folder with their problems. */
export interface Fleet {
  readonly stacks: readonly FoundStack[];
  /** The problems of each stack, of its catalogue, and between stacks. */
  readonly problems: readonly Problem[];
  /** Only the problems between stacks. */
  readonly between: readonly Problem[];
}

/**
 * Reads every `Pulumi.<stack>.yaml` with its catalogue, without engine, cluster and passphrase.
 * @throws FleetError if there is no stack file
 */
export function readFleet(files: Files = workingDirectory(), now: Date = new Date()): Fleet {
  const names = stackNames(files);
  if (names.length === 0)
    throw new FleetError(
      `There is no stack file (Pulumi.<stack>.yaml) in ${files.where}. Go to the folder of the stacks, or name it with -C.`,
    );
  const catalogues = new Map<string, CatalogueReading | undefined>();
  const stacks = names.map((name) => readStack(name, files, now, catalogues));
  const planned = stacks.flatMap(({ name, plan, document, config, catalogue }): PlannedStack[] =>
    plan && config.value && catalogue?.value
      ? [{ name, plan, document, config: config.value, catalogue: catalogue.value }]
      : [],
  );
  const between = acrossStacks(planned);
  return { stacks, problems: [...stacks.flatMap(({ problems }) => problems), ...between], between };
}

/** The names of all stacks that have a file. */
export function stackNames(files: Files): string[] {
  return files
    .list()
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/**
 * Finds the name in a stack reference: the engine also accepts `organization/stack` and
 * `organization/project/stack`.
 * @throws FleetError if the reference is invalid or names another project
 */
export function nameOfStack(reference: string, names: readonly string[]): string {
  const [name = "", ...qualifiers] = reference.split("/").reverse();
  const project = qualifiers.length === 2 ? qualifiers[0] : PROJECT;
  if (qualifiers.length <= 2 && project === PROJECT && names.includes(name)) return name;
  const hint = project === PROJECT ? (didYouMean(name, names) ?? "") : `This is the project ${PROJECT}.`;
  throw new FleetError(
    `There is no stack ${JSON.stringify(reference)} here (there are: ${listed(names)}). ${hint}`.trimEnd(),
  );
}

/** Reads one stack, reusing catalogues that were already read. */
export function readStack(
  name: string,
  files: Files,
  now: Date = new Date(),
  catalogues = new Map<string, CatalogueReading | undefined>(),
): FoundStack {
  const file = `Pulumi.${name}.yaml`;
  const text = files.read(file);
  const document = text === undefined ? withoutValue(file, unreadable(file)) : parseStackFile(file, text);
  const config = readStackConfig(document);
  const list = config.value?.catalogue ?? "services.json";
  if (!catalogues.has(list)) {
    const entries = files.read(list);
    catalogues.set(list, entries === undefined ? undefined : readCatalogue(list, entries, files));
  }
  const catalogue = catalogues.get(list);
  const found = { name, document, config, catalogue };
  if (catalogue === undefined) {
    const problems = [...config.problems, missingCatalogue(list, document, files.where)];
    return { ...found, plan: undefined, problems };
  }
  try {
    const plan = makePlan(catalogue, config, now);
    checkCustomization(plan);
    return { ...found, plan, problems: [] };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { ...found, plan: undefined, problems: error.problems };
  }
}

function unreadable(file: string): Problem {
  const place = { file, line: 1, column: 1 };
  return { code: "KF007", place, path: "", message: "cannot be read.", fix: "Is it a readable file?" };
}

function missingCatalogue(file: string, document: SourceDocument, where: string): Problem {
  const message = `the catalogue ${JSON.stringify(file)} cannot be read from ${where}.`;
  return problem(
    "KF007",
    document,
    ["config", `${PROJECT}:catalogue`],
    message,
    "Add the file, or name another.",
  );
}

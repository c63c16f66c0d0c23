import "../customize.ts";
import { checkCustomization } from "../manifests/inventory/objects.ts";
import { acrossStacks } from "../model/across-stacks.ts";
import { type CatalogueReading, readCatalogue } from "../model/catalogue.ts";
import { didYouMean, InvalidInput, listed, type Problem, problem } from "../model/diagnostics.ts";
import { type SourceDocument, withoutValue } from "../model/documents.ts";
import { makePlan, type Plan } from "../model/plan.ts";
import type { Reading } from "../model/schema-problems.ts";
import { shardIn } from "../model/shard-file.ts";
import { shardStack } from "../model/shards.ts";
import { PROJECT, readStackConfig, type StackConfig } from "../model/stack-config.ts";
import { parseStackFile, stackFileName } from "../model/stack-file.ts";
import type { PlannedStack } from "../model/stack-problem.ts";
import { type Files, workingDirectory } from "./files.ts";
import { FleetError } from "./fleet-error.ts";
import { familyOf, namesIn, withShards } from "./shards/files.ts";
import { type ShardedStack, shardedStack, shardOfBase, validShard } from "./shards/sharded-stack.ts";

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
export function readFleet(found: Files = workingDirectory(), now: Date = new Date()): Fleet {
  const files = withShards(found);
  const names = stackNames(files);
  if (names.length === 0)
    throw new FleetError(
      `There is no stack file (Pulumi.<stack>.yaml) in ${files.where}. Go to the folder of the stacks, or name it with -C.`,
    );
  const stacks = names.map(readerOf(files, now));
  const planned = stacks.flatMap(({ name, plan, document, config, catalogue }): PlannedStack[] =>
    plan && config.value && catalogue?.value
      ? [{ name, plan, document, config: config.value, catalogue: catalogue.value }]
      : [],
  );
  const between = acrossStacks(planned);
  return { stacks, problems: [...stacks.flatMap(({ problems }) => problems), ...between], between };
}

/** The names of all stacks that have a file, and of all shards. */
export function stackNames(files: Files): string[] {
  return namesIn(withShards(files).list());
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

/** Reads one stack. */
export function readStack(name: string, files: Files, now: Date = new Date()): FoundStack {
  return readerOf(withShards(files), now)(name);
}

/** Reads stacks that share their catalogues, and shards that share their base. */
function readerOf(files: Files, now: Date): (name: string) => FoundStack {
  const catalogues = new Map<string, CatalogueReading | undefined>();
  const bases = new Map<string, ShardedStack>();

  const readAlone = (name: string, document: SourceDocument): FoundStack => {
    const config = readStackConfig(document, undefined, files);
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
  };

  const readBase = (stack: string, document: SourceDocument): ShardedStack => {
    const base = shardedStack(readAlone(stack, document), familyOf(stack, document));
    bases.set(stack, base);
    return base;
  };

  /** A shard whose text is known to be right. */
  const shardWith = (name: string, text: string): FoundStack | undefined => {
    for (const base of bases.values()) {
      const shard = base.family?.shards.find(({ stack, index }) => shardStack(stack, index) === name);
      if (shard && base.family?.text(shard) === text) return validShard(name, shard, base);
    }
    return undefined;
  };

  return (name) => {
    const file = stackFileName(name);
    const text = files.read(file);
    if (text === undefined) return readBase(name, withoutValue(file, unreadable(file))).found;
    const known = shardWith(name, text);
    if (known) return known;
    const document = parseStackFile(file, text);
    const shard = shardIn(name, document);
    if (!shard) return readBase(name, document).found;
    const { stack } = shard;
    const baseFile = stackFileName(stack);
    const base = bases.get(stack) ?? readBase(stack, parseStackFile(baseFile, files.read(baseFile) ?? ""));
    return shardOfBase(name, { text, document, shard }, base);
  };
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

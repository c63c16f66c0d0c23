import { rm, writeFile } from "node:fs/promises";
import { deviation, hasOwnSecrets, SHARDS_KEY, shardIn } from "../../model/shard-file.ts";
import { type StackShard, shardStack } from "../../model/shards.ts";
import { parseStackFile, stackFileName } from "../../model/stack-file.ts";
import { workingDirectory } from "../files.ts";
import { FleetError } from "../fleet-error.ts";
import { openEngine } from "../recovery/engine.ts";
import { servicesIn } from "./exported-state.ts";
import { type Family, familiesIn, namesIn } from "./files.ts";
import { initStack, reencrypted, removeStack, stacksThere } from "./stacks.ts";

/** What {@link keepShards} did. */
export interface Kept {
  readonly shards: readonly {
    readonly stack: string;
    readonly file: "written" | "unchanged";
    /** Whether its stack was made. */
    readonly made: boolean;
  }[];
  /** The surplus stacks that were removed, because they have no service. */
  readonly removed: readonly string[];
  /** The surplus stacks that have services: `fleet reshard` moves them. */
  readonly surplus: readonly string[];
}

/**
 * Makes the shards of a stack what its file says: their files and their stacks in the backend. It changes nothing that
 * is right, and it may be interrupted and run again.
 * @param stack the stack with the key `shards`
 * @param tell prints a line about each step
 * @param backend its URL; undefined: the CLI knows it
 * @throws FleetError if the stack has no key `shards`, if another file is in the way, or if the CLI fails
 */
export async function keepShards(
  stack: string,
  tell: (line: string) => void,
  backend?: string,
): Promise<Kept> {
  const family = requireFamily(stack);
  const there = await stacksThere(backend);
  const shards: Kept["shards"][number][] = [];
  for (const shard of family.shards) {
    const name = shardStack(stack, shard.index);
    const missing = !there.has(name);
    const outdated = isOutdated(family, shard);
    const own = hasOwnSecrets(family.document);
    if (outdated && !own) await writeFile(stackFileName(name), family.text(shard));
    if (missing) {
      tell(`shards: making the stack ${name}`);
      await initStack(name, family.document);
    }
    if (outdated && own) {
      tell(`shards: encrypting the secrets of ${name}`);
      const text = await reencrypted(family.document, shard, documentOf(name)?.document);
      await writeFile(stackFileName(name), text);
    }
    shards.push({ stack: name, file: outdated ? "written" : "unchanged", made: missing });
  }
  return { shards, ...(await removeSurplus(family, there, tell)) };
}

/** The files that {@link keepShards} would change; a missing one is no fault. */
export function outdatedShards(stack: string): string[] {
  const family = requireFamily(stack);
  const there = new Set(namesIn(workingDirectory().list()));
  const outdated = family.shards.filter(
    (shard) => there.has(shardStack(stack, shard.index)) && isOutdated(family, shard),
  );
  return [...outdated.map(({ index }) => shardStack(stack, index)), ...surplusOf(family, there)].map(
    stackFileName,
  );
}

/** The shards of a stack of the working directory. @throws FleetError if it has no valid key `shards` */
export function requireFamily(stack: string): Family {
  const families = familiesIn(workingDirectory());
  const family = families.find((each) => each.stack === stack);
  if (family) return family;
  throw new FleetError(
    `${stackFileName(stack)} has no valid ${SHARDS_KEY}. Write for example ${SHARDS_KEY}: 4 into its config.`,
  );
}

/** The names of stacks that look like shards of this one beyond its number. */
export function surplusOf(
  { stack, shards }: Pick<Family, "stack" | "shards">,
  names: ReadonlySet<string>,
): string[] {
  const known = new Set(shards.map(({ index }) => shardStack(stack, index)));
  const isShard = (name: string) =>
    name.startsWith(`${stack}-`) &&
    /^(\d\d|[1-9]\d\d)$/.test(name.slice(stack.length + 1)) &&
    !known.has(name);
  return [...names].filter(isShard).sort();
}

async function removeSurplus(
  family: Family,
  there: ReadonlySet<string>,
  tell: (line: string) => void,
): Promise<Pick<Kept, "removed" | "surplus">> {
  const removed: string[] = [];
  const surplus: string[] = [];
  const files = new Set(namesIn(workingDirectory().list()));
  for (const name of surplusOf(family, new Set([...there, ...files]))) {
    const file = documentOf(name);
    // A stack that somebody called prod-07 is no shard.
    if (file && shardIn(name, file.document)?.stack !== family.stack) continue;
    const { resources } = there.has(name) ? await openEngine(name).state() : { resources: [] };
    if (servicesIn(resources).length > 0) surplus.push(name);
    else if (file) {
      tell(`shards: removing ${name}, which has no service`);
      if (there.has(name)) await removeStack(name);
      await rm(stackFileName(name), { force: true });
      removed.push(name);
    }
  }
  return { removed, surplus };
}

/** @throws FleetError if somebody wrote the file by hand */
function isOutdated(family: Family, shard: StackShard): boolean {
  const name = shardStack(shard.stack, shard.index);
  const own = documentOf(name);
  if (own === undefined || own.text === family.text(shard))
    return own === undefined || hasOwnSecrets(family.document);
  if (shardIn(name, own.document)?.stack !== shard.stack)
    throw new FleetError(
      `${stackFileName(name)} was not written by fleet shards, so it is kept. Rename that stack, or remove its file; then run this again.`,
    );
  return deviation(own.text, own.document, family.document, shard) !== undefined;
}

/** A stack's file in the working directory; undefined if there is none. */
export function documentOf(stack: string) {
  const file = stackFileName(stack);
  const text = workingDirectory().read(file);
  return text === undefined ? undefined : { text, document: parseStackFile(file, text) };
}

import type { SourceDocument } from "../../model/documents.ts";
import { SHARDS_KEY, shardText } from "../../model/shard-file.ts";
import { SHARD_LIMIT, type StackShard, shardStack, shardsOf } from "../../model/shards.ts";
import { configOf, parseStackFile, stackFileName } from "../../model/stack-file.ts";
import type { Files } from "../files.ts";

/** A stack with the key `shards`, and its shards. */
export interface Family {
  readonly stack: string;
  readonly document: SourceDocument;
  readonly shards: readonly StackShard[];
  /** What the stack file of a shard should say, if it shares the key of its base. */
  text(shard: StackShard): string;
}

const STACK_FILE = /^Pulumi\.(.+)\.yaml$/;

/** The names of the stacks that have a file. */
export function namesIn(files: readonly string[]): string[] {
  return files.flatMap((file) => STACK_FILE.exec(file)?.[1] ?? []).sort();
}

/** The stacks of a folder that have the key `shards`. */
export function familiesIn(files: Files): Family[] {
  return namesIn(files.list()).flatMap((stack) => {
    const file = stackFileName(stack);
    const text = files.read(file);
    // Most stacks have no shards, and a file takes a while to parse.
    if (!text?.includes("shards:")) return [];
    return familyOf(stack, parseStackFile(file, text)) ?? [];
  });
}

/** The shards of a stack; undefined if it has no valid key `shards`. */
export function familyOf(stack: string, document: SourceDocument): Family | undefined {
  const count = configOf(document)[SHARDS_KEY];
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > SHARD_LIMIT)
    return undefined;
  const texts = new Map<number, string>();
  return {
    stack,
    document,
    shards: shardsOf(stack, count),
    text: (shard) => {
      const known = texts.get(shard.index) ?? shardText(document, shard);
      texts.set(shard.index, known);
      return known;
    },
  };
}

/**
 * The same files with those of all shards: one that does not exist has the text that `fleet shards` would write. So it
 * is enough to commit the file with the key `shards`.
 */
export function withShards(files: Files): Files {
  const missing = new Map<string, () => string>();
  const there = new Set(files.list());
  for (const family of familiesIn(files)) {
    for (const shard of family.shards) {
      const file = stackFileName(shardStack(family.stack, shard.index));
      if (!there.has(file)) missing.set(file, () => family.text(shard));
    }
  }
  if (missing.size === 0) return files;
  return {
    ...files,
    list: () => [...files.list(), ...missing.keys()],
    read: (file) => missing.get(file)?.() ?? files.read(file),
  };
}

import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import type { DocumentPath } from "./diagnostics.ts";
import { isRecord, recordOf, type SourceDocument } from "./documents.ts";
import { type Shard, type StackShard, shardStack } from "./shards.ts";
import { configOf, PROJECT, stackFileName } from "./stack-file.ts";
import { isSecure } from "./stack-secrets.ts";

/** The key of the number of shards. */
export const SHARDS_KEY = `${PROJECT}:shards`;
const ROLLOUT_KEY = `${PROJECT}:rollout`;
const PLATFORM_KEY = `${PROJECT}:platform`;

/** Where the CLI writes how a stack file's secrets are encrypted. */
const ENCRYPTION_KEYS = ["secretsprovider", "encryptedkey", "encryptionsalt"] as const;

/** A stack file as plain data, with full keys. */
type Data = Readonly<Record<string, unknown>>;

/**
 * The content of a shard's stack file: that of its base with the shard's number, and without what the base does for
 * the whole cluster: shared objects, windows and freezes.
 */
export function shardData(base: Pick<SourceDocument, "value">, shard: Shard): Data {
  const { [SHARDS_KEY]: _, ...config } = configOf(base);
  const { windows, freeze, ...shared } = recordOf(config[ROLLOUT_KEY]);
  const rollout = { ...shared, shard };
  return {
    ...recordOf(base.value),
    config: { ...config, [ROLLOUT_KEY]: rollout, [PLATFORM_KEY]: false },
  };
}

/**
 * The text of a shard's stack file. Texts are quoted, so that the engine's YAML library reads them as this one.
 * @param secrets the shard's own encryption and secrets, if it does not share the key of its base
 */
export function shardText(
  base: Pick<SourceDocument, "value">,
  shard: StackShard,
  secrets?: { readonly encryption: Data; readonly values: Data },
): string {
  const data = shardData(base, shard);
  const own = secrets && {
    ...withoutEncryption(data),
    ...secrets.encryption,
    config: { ...recordOf(data.config), ...secrets.values },
  };
  const notes = [
    `# Written by "fleet shards ${shard.stack}" from ${stackFileName(shard.stack)}. Change that file, then run it again.`,
    ...(secrets ? [`# Secrets of ${secretsDigest(base)}`] : []),
  ];
  const yaml = stringify(own ?? data, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: "PLAIN",
  });
  return `${notes.join("\n")}\n${yaml}`;
}

/** Whether the engine reads the secrets of a stack file only in their own stack, as with Pulumi Cloud. */
export function hasOwnSecrets({ value }: Pick<SourceDocument, "value">): boolean {
  const { encryptedkey, encryptionsalt } = recordOf(value);
  const none = encryptedkey === undefined && encryptionsalt === undefined;
  return none && Object.keys(secretsOf({ value })).length > 0;
}

/** The encrypted values of a stack file by key. */
export function secretsOf(document: Pick<SourceDocument, "value">): Data {
  return Object.fromEntries(Object.entries(configOf(document)).filter(([, value]) => isSecure(value)));
}

/** How a stack file's secrets are encrypted. */
export function encryptionOf({ value }: Pick<SourceDocument, "value">): Data {
  const known: readonly string[] = ENCRYPTION_KEYS;
  return Object.fromEntries(Object.entries(recordOf(value)).filter(([key]) => known.includes(key)));
}

/** Changes with every secret of a base, so that shards with secrets of their own learn of it. */
function secretsDigest(base: Pick<SourceDocument, "value">): string {
  return hash("sha256", JSON.stringify(secretsOf(base))).slice(0, 16);
}

/**
 * The first key in which a shard's stack file differs from what its base demands; undefined if there is none.
 * A secret may be encrypted in another way, but it must be that of the base.
 */
export function deviation(
  text: string,
  file: Pick<SourceDocument, "value">,
  base: Pick<SourceDocument, "value">,
  shard: StackShard,
): DocumentPath | undefined {
  const wanted = shardData(base, shard);
  const shares = isDeepStrictEqual(encryptionOf(file), encryptionOf(base)) && !hasOwnSecrets(base);
  const known = shares || text.includes(`# Secrets of ${secretsDigest(base)}\n`);
  const [is, should] = shares
    ? [recordOf(file.value), wanted]
    : [masked(withoutEncryption(recordOf(file.value))), masked(withoutEncryption(wanted))];
  const differing = firstDifference(is, should, []);
  if (differing !== undefined) return differing;
  const [secret] = Object.keys(secretsOf(base));
  return known || secret === undefined ? undefined : ["config", secret];
}

/** The base of a shard's stack file, if `fleet shards` wrote it for this stack. */
export function shardIn(name: string, document: Pick<SourceDocument, "value">): StackShard | undefined {
  const { shard } = recordOf(configOf(document)[ROLLOUT_KEY]);
  const { index, of, stack } = recordOf(shard);
  if (typeof index !== "number" || typeof of !== "number" || typeof stack !== "string") return undefined;
  return shardStack(stack, index) === name ? { index, of, stack } : undefined;
}

function firstDifference(is: unknown, should: unknown, path: DocumentPath): DocumentPath | undefined {
  if (isDeepStrictEqual(is, should)) return undefined;
  if (!isRecord(is) || !isRecord(should) || isSecure(is) || isSecure(should)) return path;
  const keys = [...new Set([...Object.keys(should), ...Object.keys(is)])];
  for (const key of keys) {
    const found = firstDifference(is[key], should[key], [...path, key]);
    if (found) return found;
  }
  return undefined;
}

function withoutEncryption(data: Data): Data {
  const known: readonly string[] = ENCRYPTION_KEYS;
  return Object.fromEntries(Object.entries(data).filter(([key]) => !known.includes(key)));
}

function masked(data: Data): Data {
  const config = Object.entries(recordOf(data.config)).map(([key, value]) => [
    key,
    isSecure(value) ? { secure: "" } : value,
  ]);
  return { ...data, config: Object.fromEntries(config) };
}

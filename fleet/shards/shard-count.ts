import { isMap, isScalar, parseDocument } from "yaml";
import { SHARDS_KEY } from "../../model/shard-file.ts";
import { PROJECT } from "../../model/stack-file.ts";
import { FleetError } from "../fleet-error.ts";

/** What the engine takes for the key `shards` of this project. */
const KEYS: readonly unknown[] = [SHARDS_KEY, "shards", `${PROJECT}:config:shards`];

/**
 * Sets the number of shards in a stack file, and keeps the rest of it byte for byte.
 * @throws FleetError if the file has no block of config to write it into
 */
export function withShardCount(file: string, text: string, count: number): string {
  const config = parseDocument(text).get("config");
  const items = isMap(config) ? config.items : [];
  const pair = items.find(({ key }) => isScalar(key) && KEYS.includes(key.value));
  const range = isScalar(pair?.value) ? pair.value.range : undefined;
  if (range) return `${text.slice(0, range[0])}${count}${text.slice(range[1])}`;
  const key = items[0]?.key;
  const first = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
  const line = text.lastIndexOf("\n", first) + 1;
  const indent = text.slice(line, first);
  if (first === 0 || indent.trim() !== "")
    throw new FleetError(`Write ${SHARDS_KEY}: ${count} into the config of ${file}, then run this again.`);
  return `${text.slice(0, line)}${indent}${SHARDS_KEY}: ${count}\n${text.slice(line)}`;
}

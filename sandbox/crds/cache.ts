import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { toolchainCache } from "../toolchain/places.ts";

/** Where definitions are kept, by the SHA-256 of what was published: `~/.cache/kargo-fleet/crds`. */
export function definitionsCache(environment: NodeJS.ProcessEnv): string {
  return join(dirname(toolchainCache(environment)), "crds");
}

/** Writes a file of the cache. Another process sees it whole or not at all. */
export async function keep(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, file).finally(() => rm(draft, { force: true }));
}

/** The SHA-256 of a text, in hexadecimal. */
export const sumOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * A definition as JSON, which costs the API server a third less than YAML. It takes seconds to parse the largest
 * definitions, so the cache keeps the JSON by the SHA-256 of the YAML.
 */
export async function asJson(yaml: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const file = join(definitionsCache(environment), `${sumOf(yaml)}.json`);
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept !== undefined) return kept;
  const json = JSON.stringify(parse(yaml));
  await keep(file, json);
  return json;
}

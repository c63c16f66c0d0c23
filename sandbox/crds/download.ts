import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SandboxError } from "../sandbox-error.ts";
import { toolchainCache } from "../toolchain/places.ts";
import type { Definition, Release } from "./releases.ts";

/** Where the releases' files are when `CRDS_BASE_URL` says nothing else. */
const BASE_URL = "https://raw.githubusercontent.com";

/** How long one file may take, in milliseconds. */
const LIMIT = 60_000;

/** The files of the pinned releases that could be had. */
export interface Downloaded {
  /** By SHA-256, which each has been checked against. */
  readonly texts: ReadonlyMap<string, string>;
  /** Why others could not be had: the first reason. */
  readonly reason?: string;
}

/**
 * Takes the files of the pinned releases from the cache, else from their addresses.
 *
 * @throws SandboxError where a file is not the one that was published
 */
export async function downloadReleases(
  environment: NodeJS.ProcessEnv,
  releases: readonly Release[],
): Promise<Downloaded> {
  const base = (environment.CRDS_BASE_URL || BASE_URL).replace(/\/+$/, "");
  const cache = join(dirname(toolchainCache(environment)), "crds");
  const texts = new Map<string, string>();
  // One address that nobody answers at is enough: the others are not waited for.
  const offline = new AbortController();
  const failures = await Promise.all(
    releases.flatMap((release) =>
      release.definitions.map(async (definition) => {
        const answer = await fileOf(release, definition, { base, cache, signal: offline.signal });
        if (answer instanceof Error) {
          offline.abort(answer);
          return answer;
        }
        texts.set(definition.sha256, answer);
        return undefined;
      }),
    ),
  );
  const failure = failures.find((answer) => answer !== undefined);
  return { texts, ...(failure === undefined ? {} : { reason: reasonOf(failure, base) }) };
}

async function fileOf(
  release: Release,
  definition: Definition,
  from: { base: string; cache: string; signal: AbortSignal },
): Promise<string | Error> {
  const kept = join(from.cache, `${definition.sha256}.yaml`);
  const cached = await readFile(kept, "utf8").catch(() => "");
  if (sumOf(cached) === definition.sha256) {
    return cached;
  }
  const url = `${from.base}/${release.repository}/${release.tag}/${release.folder}/${definition.file}`;
  let text: string;
  try {
    const response = await fetch(url, { signal: AbortSignal.any([from.signal, AbortSignal.timeout(LIMIT)]) });
    if (!response.ok) {
      return new Error(`${url} answers ${response.status}`);
    }
    text = await response.text();
  } catch (error) {
    return error as Error;
  }
  const sum = sumOf(text);
  if (sum !== definition.sha256) {
    throw new SandboxError(
      `${url} is not the file of ${release.project} ${release.tag}: its SHA-256 is ${sum}, it must be ` +
        `${definition.sha256}. Nothing of it was used. Put the real files into a folder and set CRDS_DIR to it.`,
    );
  }
  await mkdir(from.cache, { recursive: true });
  const draft = `${kept}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, kept).finally(() => rm(draft, { force: true }));
  return text;
}

const sumOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What `fetch` means by "fetch failed" is in its cause. */
function reasonOf(failure: Error, base: string): string {
  const { message } = failure.cause instanceof Error ? failure.cause : failure;
  return message.includes(base) ? message : `${base} cannot be reached: ${message}`;
}

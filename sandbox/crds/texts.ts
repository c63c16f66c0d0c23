import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SandboxError } from "../sandbox-error.ts";
import { definitionsCache, keep, sumOf } from "./cache.ts";
import { readFolder } from "./folder.ts";
import { filesOfModules } from "./go-modules.ts";
import { DEFINITIONS, type Definition } from "./releases.ts";

/** The default of `CRDS_BASE_URL`. */
const BASE_URL = "https://raw.githubusercontent.com";

/** The time limit for one file, in milliseconds. */
const LIMIT = 60_000;

/** The files that one place has. */
export interface Found {
  /** By the definition's name in the cluster. */
  readonly files: ReadonlyMap<string, { readonly place: string; readonly text: string }>;
  /** The reason why the other files are missing. */
  readonly reason: string;
}

/**
 * The text of each definition by its name in the cluster. Reads `CRDS_DIR` if it is set. Otherwise reads the file
 * of the pinned release from the cache, from `CRDS_BASE_URL`, or from the Go module, and checks its SHA-256.
 * @throws SandboxError if one is unavailable or has another SHA-256
 */
export async function definitionTexts(
  environment: NodeJS.ProcessEnv,
  definitions: readonly Definition[] = DEFINITIONS,
): Promise<ReadonlyMap<string, string>> {
  if (environment.CRDS_DIR) return readFolder(environment.CRDS_DIR, definitions);
  const cache = definitionsCache(environment);
  const base = (environment.CRDS_BASE_URL || BASE_URL).replace(/\/+$/, "");
  const texts = new Map<string, string>();
  const missing = () => definitions.filter(({ name }) => !texts.has(name));
  for (const { name, sha256 } of definitions) {
    const kept = await readFile(join(cache, `${sha256}.yaml`), "utf8").catch(() => "");
    if (sumOf(kept) === sha256) texts.set(name, kept);
  }
  const reasons: string[] = [];
  for (const look of [() => filesOfReleases(missing(), base), () => filesOfModules(missing(), environment)]) {
    if (missing().length === 0) break;
    const found = await look();
    reasons.push(found.reason);
    for (const definition of missing()) {
      const file = found.files.get(definition.name);
      if (file === undefined) continue;
      refuseOther(definition, file.text, file.place);
      await keep(join(cache, `${definition.sha256}.yaml`), file.text);
      texts.set(definition.name, file.text);
    }
  }
  if (missing().length === 0) return texts;
  throw new SandboxError(
    `The definitions ${missing()
      .map(({ name }) => name)
      .join(", ")} are unavailable. ${reasons.join(". ")}. ` +
      "Make one of them reachable, or put the projects' files into a folder and set CRDS_DIR to it.",
  );
}

async function filesOfReleases(definitions: readonly Definition[], base: string): Promise<Found> {
  const files = new Map<string, { place: string; text: string }>();
  let reason = "";
  // After one address did not answer, the others are skipped.
  const offline = new AbortController();
  await Promise.all(
    definitions.map(async ({ name, release, kind }) => {
      const url = [base, release.repository, release.tag, release.folder, release.file(kind)].join("/");
      try {
        const signal = AbortSignal.any([offline.signal, AbortSignal.timeout(LIMIT)]);
        const response = await fetch(url, { signal });
        if (response.ok) files.set(name, { place: url, text: await response.text() });
        else reason ||= `${url} answers ${response.status}`;
      } catch (error) {
        // The cause explains the message "fetch failed".
        const { cause, message } = error as Error;
        reason ||= `${base} cannot be reached: ${cause instanceof Error ? cause.message : message}`;
        offline.abort();
      }
    }),
  );
  return { files, reason };
}

function refuseOther({ release, sha256 }: Definition, text: string, place: string): void {
  const sum = sumOf(text);
  if (sum === sha256) return;
  throw new SandboxError(
    `${place} is not the file of ${release.project} ${release.tag}: its SHA-256 is ${sum} instead of ${sha256}. ` +
      "It was not used. Put the right files into a folder and set CRDS_DIR to it.",
  );
}

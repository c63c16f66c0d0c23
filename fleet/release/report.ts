import { visible } from "../report/escape.ts";
import type { Candidate } from "./create.ts";
import type { Result } from "./promote.ts";
import type { Release } from "./release.ts";

const WORDS = {
  done: "has it",
  running: "is being promoted",
  ready: "can be promoted",
  missing: "cannot be promoted",
  failed: "failed",
  refused: "was refused",
  unfinished: "is not finished",
} as const;

/** The services of a release in their waves, with what holds for each. */
export function standingText(release: Release, results: readonly (readonly Result[])[]): string {
  const lines = release.waves.flatMap((wave, index) => [
    `Wave ${index + 1}`,
    ...wave.map((entry, position) => {
      const result = results[index]?.[position];
      const said = result ? sentence(result) : "waits for the waves before it";
      const where = `  ${entry.service} (${entry.stack}), ${entry.stage}: ${said}`;
      return `${oneLine(where)}\n      ${oneLine(entry.images.join(", "))}`;
    }),
  ]);
  return lines.join("\n");
}

/** A text of a cluster or a file, which a terminal might obey. */
function oneLine(text: string): string {
  return visible(text.replace(/[\n\r]+ */g, " "));
}

function sentence({ standing }: Result): string {
  const word = WORDS[standing.kind];
  if ("why" in standing) return `${word}. ${standing.why}`;
  return standing.kind === "ready" && standing.failed
    ? `${word}. It failed before: ${standing.failed}`
    : word;
}

/** How many services have their Freight, and the command that goes on if some do not. */
export function summary({ name, waves }: Release, results: readonly (readonly Result[])[]): string {
  const all = waves.flat().length;
  const done = results.flat().filter(({ standing }) => standing.kind === "done").length;
  if (done === all) return `Release ${name}: all ${all} services have it.`;
  return `Release ${name}: ${done} of ${all} services have it. To go on: npm run fleet -- release promote ${name}`;
}

export function releaseJson(release: Release, results: readonly (readonly Result[])[]): string {
  const waves = release.waves.map((wave, index) =>
    wave.map((entry, position) => ({ ...entry, standing: results[index]?.[position]?.standing ?? null })),
  );
  return JSON.stringify({ ...release, waves }, null, 2);
}

/** Why services have no entry, a line each. */
export function missingText(candidates: readonly Candidate[]): string {
  return candidates
    .flatMap((one) => ("missing" in one ? [`${one.service} (${one.stack}): ${one.missing}`] : []))
    .join("\n");
}

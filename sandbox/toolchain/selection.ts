import semver from "semver";
import type { Chosen, ProgramDefinition, Wanted } from "./programs.ts";

/** One version of a program that could be taken. */
export interface Candidate {
  readonly version: string;
}

/** Whether a version is inside a range; vendor suffixes such as `1.37.2-gke.1` count as what they extend. */
export function fits(version: string, wanted: Wanted): boolean {
  return semver.satisfies(version, wanted.range, { includePrerelease: true });
}

/**
 * Chooses one candidate per program so that all of them go together, the earlier candidate of the earlier program
 * first. Versions depend on one another (kubectl on the API server), so a program that fits by itself is still left
 * where no partner for it exists.
 *
 * @param candidates per program, the preferred one first
 * @returns the choice by program, or undefined where no combination fits
 */
export function select<C extends Candidate>(
  definitions: readonly ProgramDefinition[],
  candidates: ReadonlyMap<string, readonly C[]>,
): ReadonlyMap<string, C> | undefined {
  return complete(definitions, candidates, new Map());
}

function complete<C extends Candidate>(
  open: readonly ProgramDefinition[],
  candidates: ReadonlyMap<string, readonly C[]>,
  chosen: ReadonlyMap<string, C>,
): ReadonlyMap<string, C> | undefined {
  const [definition, ...rest] = open;
  if (definition === undefined) {
    return chosen;
  }
  const wanted = definition.wanted(versionsOf(chosen));
  for (const candidate of candidates.get(definition.name) ?? []) {
    if (fits(candidate.version, wanted)) {
      const whole = complete(rest, candidates, new Map([...chosen, [definition.name, candidate]]));
      if (whole !== undefined) {
        return whole;
      }
    }
  }
  return undefined;
}

/** The versions of a choice, as {@link ProgramDefinition.wanted} reads them. */
export function versionsOf(chosen: ReadonlyMap<string, Candidate>): Chosen {
  return new Map([...chosen].map(([name, { version }]) => [name, version]));
}

import { randomUUID } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../model/plan.ts";
import { applyFilter, NO_UP_YET, ONLY, type PreviewFilter, readFilter } from "../model/preview-filter.ts";
import type { Provisioned } from "../model/provisioned.ts";
import { knownValue } from "./engine-state.ts";

/**
 * Reads the filter of `fleet preview` and `fleet up`. It is refused in an `up` without targets, because that would
 * delete what it does not register.
 * @throws pulumi.RunError if the run is neither a preview nor limited by targets, or if the filter is invalid
 */
export async function previewFilter(): Promise<PreviewFilter | undefined> {
  const text = process.env[ONLY];
  if (text === undefined || text === "") return undefined;
  const filter = withRunError(() => readFilter(text));
  if (!pulumi.runtime.isDryRun() && !(await hasTargets()))
    throw new pulumi.RunError(
      `${ONLY} is set, which is only valid in a preview and with targets: this run would register only a part of the plan. Unset it.`,
    );
  return filter;
}

/**
 * Whether the engine was given targets. The engine does not tell, so this registers a resource that no target
 * names: with targets the engine skips it, and its id stays unknown; without targets it creates it.
 */
async function hasTargets(): Promise<boolean> {
  // A new name each time: a resource of an earlier `up` would have an id, even if it is skipped.
  const { id } = new pulumi.Stash(`never-a-target-${randomUUID()}`, { input: true });
  return (await knownValue(id)) === pulumi.runtime.unknownValue;
}

/**
 * The part of the plan that a run is about: all of it without a filter.
 * @throws pulumi.RunError if the filter names something unknown, or if nothing was provisioned yet
 */
export function concerned(
  plan: Plan,
  filter: PreviewFilter | undefined,
  before: Provisioned | undefined,
): Plan {
  if (filter === undefined) return plan;
  if (before === undefined && pulumi.runtime.isDryRun()) throw new pulumi.RunError(NO_UP_YET);
  return withRunError(() => ({ ...plan, ...applyFilter(plan, filter) }));
}

function withRunError<Value>(of: () => Value): Value {
  try {
    return of();
  } catch (error) {
    throw error instanceof Error ? new pulumi.RunError(error.message) : error;
  }
}

import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../model/plan.ts";
import { applyFilter, NO_UP_YET, ONLY, type PreviewFilter, readFilter } from "../model/preview-filter.ts";
import type { Provisioned } from "../model/provisioned.ts";

/**
 * Reads the filter of `fleet preview`. It is refused outside a preview, because any other run would delete what it
 * does not register.
 * @throws pulumi.RunError if the run is no preview, or if the filter is invalid
 */
export function previewFilter(): PreviewFilter | undefined {
  const text = process.env[ONLY];
  if (text === undefined || text === "") return undefined;
  if (!pulumi.runtime.isDryRun())
    throw new pulumi.RunError(
      `${ONLY} is set, which is only valid in a preview: this run would register only a part of the plan. Unset it.`,
    );
  return withRunError(() => readFilter(text));
}

/**
 * The part of the plan to register: all of it without a filter.
 * @throws pulumi.RunError if the filter names something unknown, or if nothing was provisioned yet
 */
export function registered(
  plan: Plan,
  filter: PreviewFilter | undefined,
  before: Provisioned | undefined,
): Plan {
  if (filter === undefined) return plan;
  if (before === undefined) throw new pulumi.RunError(NO_UP_YET);
  return withRunError(() => ({ ...plan, ...applyFilter(plan, filter) }));
}

function withRunError<Value>(of: () => Value): Value {
  try {
    return of();
  } catch (error) {
    throw error instanceof Error ? new pulumi.RunError(error.message) : error;
  }
}

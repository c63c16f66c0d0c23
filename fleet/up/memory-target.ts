import type { Plan } from "../../model/plan.ts";

/** The target for a shard of the recommended size, in MiB. */
const SHARD = { services: 50, mebibytes: 300 };
/** For each further service, in MiB. */
const SERVICE = 6;
/** In a Sensor, so many builds take as much as the objects of a service. */
const BUILDS = 20;

/**
 * GOMEMLIMIT for the `up` of a stack: above this target, Go collects garbage more often. The stack of what all services share
 * has few but large resources, and would take twice as much. The target grows with the stack, because near it Go would
 * collect all the time.
 */
export function memoryTarget({ services, platform }: Pick<Plan, "services" | "platform">): string {
  const groups = platform?.buildTriggers?.groups ?? [];
  const builds = groups.reduce((sum, group) => sum + group.builds.length, 0);
  const more = Math.max(0, services.length + builds / BUILDS - SHARD.services);
  return `${SHARD.mebibytes + SERVICE * Math.ceil(more)}MiB`;
}

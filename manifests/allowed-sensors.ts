import { allOf, onlyKeys } from "./cel.ts";

/**
 * Whether a Sensor's dependencies only compare plain values. A script, a transformation or a template of a filter
 * would run in the pod, which has credentials.
 * @param spec of the Sensor
 */
export function plainDependencies(spec: string): string {
  const filters = "d.?filters.orValue({})";
  return `${spec}.dependencies.all(d, ${allOf(
    onlyKeys("d", ["name", "eventSourceName", "eventName", "filters"]),
    onlyKeys(filters, ["data"]),
    `${filters}.?data.orValue([]).all(f, ${onlyKeys("f", ["path", "type", "value"])})`,
  )})`;
}

/**
 * Whether a Sensor's trigger `t` is what its template says. `parameters` could change the template when an Event
 * comes, and `dlqTrigger` is another trigger.
 */
export const unchangedTrigger = onlyKeys("t", [
  "template",
  "policy",
  "retryStrategy",
  "atLeastOnce",
  "rateLimit",
]);

import type { PageService } from "../page-data.ts";
import { lastStages } from "./states.ts";
import { DAY, secondsBetween } from "./words.ts";

/** The value below which that share of the sorted values lies (nearest rank); undefined if there are none. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** The lead times of each Stage name, sorted. The Stages are in the order of the pipelines. */
export function leadTimesByStage(services: readonly PageService[]): Map<string, number[]> {
  const all = new Map<string, number[]>();
  for (const { leadTimes } of services)
    for (const [stage, seconds] of leadTimes) all.set(stage, [...(all.get(stage) ?? []), ...seconds]);
  const medians = [...all].map(([stage, seconds]) => {
    const sorted = seconds.toSorted((a, b) => a - b);
    return { stage, sorted, median: quantile(sorted, 0.5) ?? 0 };
  });
  medians.sort((a, b) => a.median - b.median);
  return new Map(medians.map(({ stage, sorted }) => [stage, sorted]));
}

/** The lead times of a service to its last Stages, sorted. */
export function lastLeadTimes(service: PageService): number[] {
  const last = new Set(lastStages(service).map(({ stage }) => stage));
  const times = service.leadTimes.flatMap(([stage, seconds]) => (last.has(stage) ? seconds : []));
  return times.sort((a, b) => a - b);
}

/** How often a service was deployed to its last Stages; undefined if no Promotion is left. At least one day counts. */
export function deploymentsPerWeek({ deliveries }: PageService, at: string): number | undefined {
  const seconds = secondsBetween(deliveries.since, at);
  if (seconds === undefined) return undefined;
  return (deliveries.succeeded / Math.max(seconds, DAY)) * 7 * DAY;
}

/** The share of failed Promotions; undefined if there are none. */
export function failureRate(services: readonly Pick<PageService, "deliveries">[]): number | undefined {
  const failed = services.reduce((sum, { deliveries }) => sum + deliveries.failed, 0);
  const all = services.reduce((sum, { deliveries }) => sum + deliveries.succeeded, failed);
  return all === 0 ? undefined : failed / all;
}

/** Counts of values in bars of equal width on a logarithmic axis. Values outside count in the first or last bar. */
export function histogram(values: readonly number[], bars: number, from: number, to: number): number[] {
  const counts = Array.from({ length: bars }, () => 0);
  for (const value of values) {
    const bar = Math.floor(positionOf(value, from, to) * bars);
    const index = Math.min(bars - 1, Math.max(0, bar));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

/** The place of a value on a logarithmic axis: 0 at its begin, 1 at its end. */
export function positionOf(value: number, from: number, to: number): number {
  const position = Math.log(Math.max(value, 1) / from) / Math.log(to / from);
  return Math.min(1, Math.max(0, position));
}

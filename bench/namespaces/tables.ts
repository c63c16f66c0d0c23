import { table } from "../benchmarks-page.ts";
import type { Layout } from "./objects.ts";

/** The answers to one question. */
export interface Answered {
  readonly name: string;
  readonly milliseconds: readonly number[];
  /** The mean size of the answers, in bytes. */
  readonly bytes: number;
}

/** A number about the whole cluster, in MB. */
export interface Counted {
  readonly name: string;
  readonly value: number;
}

/** What one layout showed. */
export interface Found {
  readonly answered: readonly Answered[];
  readonly counted: readonly Counted[];
}

/** The value that a share of all values does not exceed; the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Both layouts side by side, as Markdown. */
export function textOf(
  found: Partial<Readonly<Record<Layout, Found>>>,
  { services, teams }: { readonly services: number; readonly teams: number },
): string {
  const { shared, separate } = found;
  const names = (shared ?? separate)?.answered.map(({ name }) => name) ?? [];
  const rows = names.map((name) => {
    const [one, own] = [shared, separate].map((layout) =>
      layout?.answered.find((each) => each.name === name),
    );
    return [name, ...timesOf(one), ...timesOf(own), one && own ? ratio(one, own) : "—"];
  });
  const counts = (shared ?? separate)?.counted.map(({ name }) => name) ?? [];
  const sizes = counts.map((name) => [
    name,
    ...[shared, separate].map((layout) => {
      const value = layout?.counted.find((each) => each.name === name)?.value;
      return value === undefined ? "—" : `${Math.round(value)} MB`;
    }),
  ]);
  return [
    `${services} services of ${teams} teams: ${services} Warehouses, ${3 * services} Stages, ${services} Freight, ${10 * services} Promotions.`,
    table(
      [
        "question",
        "one namespace: p50",
        "p95",
        "size",
        "one per service: p50",
        "p95",
        "size",
        "p50 of one to p50 of many",
      ],
      rows,
    ),
    table(["", "one namespace", "one per service"], sizes),
  ].join("\n\n");
}

function timesOf(answered: Answered | undefined): string[] {
  if (answered === undefined) return ["—", "—", "—"];
  const times = [0.5, 0.95].map((share) => `${percentile(answered.milliseconds, share).toFixed(1)} ms`);
  return [...times, sizeOf(answered.bytes)];
}

function ratio(one: Answered, own: Answered): string {
  return `${(percentile(one.milliseconds, 0.5) / percentile(own.milliseconds, 0.5)).toFixed(1)} ×`;
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

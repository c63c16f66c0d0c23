import type { PageService } from "../page-data.ts";
import { deploymentsPerWeek, failureRate, lastLeadTimes, quantile } from "./numbers.ts";
import { itemsOf, lastStages, NEEDS, type Need, urgency } from "./states.ts";
import { DAY, secondsBetween, versionText } from "./words.ts";

export const SORTS = ["service", "needs", "age", "lead", "often", "failures"] as const;
export type SortKey = (typeof SORTS)[number];

/** What the page shows. The URL's hash keeps it. */
export interface Filter {
  readonly team: string;
  readonly cluster: string;
  readonly search: string;
  /** A need; `any` for all that need something; `stale` for what the last Stage has had for two weeks; empty for all. */
  readonly state: Need | "any" | "stale" | "";
  readonly sort: SortKey;
  readonly down: boolean;
}

export const EVERYTHING: Filter = {
  team: "",
  cluster: "",
  search: "",
  state: "",
  sort: "needs",
  down: false,
};

/** How old the version in a last Stage is until it is stale, in seconds. */
const STALE = 14 * DAY;

export type Row = ReturnType<typeof rowOf>;

/**
 * A service with what the table needs to search and sort, computed once.
 * @param at when the clusters were read
 */
export function rowOf(service: PageService, at: string) {
  const items = itemsOf(service);
  const versions = service.stages.flatMap(({ stage, version }) => [
    stage,
    ...(version ? [versionText(version)] : []),
  ]);
  const ages = lastStages(service).map(({ version }) => secondsBetween(version?.since, at));
  const known = ages.filter((age) => age !== undefined);
  const needs = items.map(({ need }) => urgency(need));
  return {
    service,
    items,
    text: [service.service, service.team, service.cluster, ...versions].join("\n").toLowerCase(),
    values: {
      needs: needs.length === 0 ? undefined : Math.min(...needs),
      age: known.length === 0 ? undefined : Math.max(...known),
      lead: quantile(lastLeadTimes(service), 0.5),
      often: deploymentsPerWeek(service, at),
      failures: failureRate([service]),
    },
  };
}

/** The rows of the chosen team and cluster. */
export function inScope(rows: readonly Row[], { team, cluster }: Filter): Row[] {
  return rows.filter(
    ({ service }) =>
      (team === "" || service.team === team) && (cluster === "" || service.cluster === cluster),
  );
}

/** The rows of the table: in scope, with every searched word, in the chosen state, sorted. */
export function tableRows(rows: readonly Row[], filter: Filter): Row[] {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = inScope(rows, filter).filter(
    (row) => words.every((word) => row.text.includes(word)) && isIn(row, filter.state),
  );
  return chosen.sort((a, b) => compare(a, b, filter));
}

function isIn({ items, values }: Row, state: Filter["state"]): boolean {
  if (state === "") return true;
  if (state === "any") return items.length > 0;
  if (state === "stale") return (values.age ?? 0) >= STALE;
  return items.some(({ need }) => need === state);
}

const ORDER = new Intl.Collator("en", { numeric: true });

/** Rows without a value are last in both directions; equal rows are in the order of their names. */
function compare(a: Row, b: Row, { sort, down }: Filter): number {
  const sign = down ? -1 : 1;
  const byName =
    ORDER.compare(a.service.service, b.service.service) ||
    ORDER.compare(a.service.cluster, b.service.cluster);
  if (sort === "service") return sign * byName;
  const [left, right] = [a.values[sort], b.values[sort]];
  if (left === undefined || right === undefined)
    return Number(left === undefined) - Number(right === undefined) || byName;
  return sign * (left - right) || byName;
}

/** The filter as a URL's hash, without what is everything; empty for everything. */
export function toHash(filter: Filter): string {
  const { down, ...texts } = filter;
  const parameters = new URLSearchParams(
    Object.entries(texts).filter(([key, value]) => value !== EVERYTHING[key as keyof Filter]),
  );
  if (down) parameters.set("down", "1");
  return parameters.toString();
}

/** The filter of a hash. Anybody can write one, so an unknown state or sort is ignored. */
export function fromHash(hash: string): Filter {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const text = (key: string) => parameters.get(key) ?? "";
  const states = ["any", "stale", ...NEEDS] as const;
  return {
    team: text("team"),
    cluster: text("cluster"),
    search: text("search"),
    state: states.find((state) => state === text("state")) ?? "",
    sort: SORTS.find((sort) => sort === text("sort")) ?? EVERYTHING.sort,
    down: text("down") === "1",
  };
}

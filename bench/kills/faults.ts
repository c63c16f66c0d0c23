import type { LiveObject } from "../../test/engine/fleet-cluster.ts";
import type { TwoStacks } from "../../test/engine/two-stacks.ts";
import { POOL, type Round } from "./rounds.ts";

export const STACKS = ["test", "test-2"] as const;

/** What the cluster, the states and GitHub hold at a moment. */
export interface Seen {
  readonly live: ReadonlyMap<string, LiveObject>;
  readonly states: readonly Awaited<ReturnType<TwoStacks["state"]>>[];
  readonly locks: number;
  /** The ids of the hooks by service. */
  readonly hooks: ReadonlyMap<string, readonly string[]>;
}

/** The number of locked stacks. */
export async function lockedIn(fleet: TwoStacks): Promise<number> {
  const locks = await Promise.all(STACKS.map(fleet.locks));
  return locks.filter((each) => each.length > 0).length;
}

/** Every object of the stacks on the API server, and the administrator's. */
export const objectsIn = (fleet: TwoStacks) => fleet.live(["clusterrolebindings.rbac.authorization.k8s.io"]);

export async function seenIn(fleet: TwoStacks): Promise<Seen> {
  return {
    live: await objectsIn(fleet),
    states: await Promise.all(STACKS.map(fleet.state)),
    locks: await lockedIn(fleet),
    hooks: new Map(
      POOL.map((name) => [name, fleet.github.hooks(`acme/${name}`).map(({ id }) => String(id))]),
    ),
  };
}

/**
 * What is wrong after a run that should have brought up everything.
 * @param services the entries of the catalogue
 * @param before what the last good run left
 * @param others the objects of the administrator, which no state has
 */
export function faultsIn(
  services: Round["services"],
  { live, states, locks, hooks }: Seen,
  before: Seen | undefined,
  others: ReadonlySet<string>,
): string[] {
  const resources = states.flatMap((state) => state.resources);
  // A patch of an administrator's object is none of its own.
  const objects = resources
    .filter(({ type }) => type.startsWith("kubernetes:") && !type.endsWith("Patch"))
    .map(({ id = "", outputs }) => `${outputs?.kind} ${id.includes("/") ? id : `/${id}`}`);
  const known = new Set(objects);
  const own = [...live].filter(([name]) => !others.has(name));
  const listed = Object.keys(services);
  const projects = own.flatMap(([name]) => /^Project \/kargo-(.*)$/.exec(name)?.[1] ?? []);
  const hooksKnown = resources.filter(({ type }) => type.startsWith("github:")).map(({ id }) => id ?? "");
  return [
    ...(locks > 0 ? [`locked: ${locks} stacks`] : []),
    ...states.flatMap(({ pending: { length } }) => (length > 0 ? [`pending: ${length} operations`] : [])),
    ...twice(objects).map((name) => `twice in the states: ${name}`),
    ...[...known].filter((name) => !live.has(name)).map((name) => `lost: ${name}`),
    ...own.filter(([name]) => !known.has(name)).map(([name]) => `orphan: ${name}`),
    ...different(projects, listed).map((name) => `the cluster does not have what is listed: ${name}`),
    ...listed.flatMap((name) => intervalFault(name, services[name], live)),
    ...POOL.flatMap((name) => {
      const [is, should] = [hooks.get(name)?.length ?? 0, listed.includes(name) ? 1 : 0];
      return is === should ? [] : [`hooks of ${name}: ${is} instead of ${should}`];
    }),
    ...different([...hooks.values()].flat(), hooksKnown).map((id) => `a hook is not in the states: ${id}`),
    ...replaced(own, before, listed),
  ];
}

function intervalFault(name: string, entry: unknown, live: Seen["live"]): string[] {
  const { interval } = (entry as { warehouse: { interval: string } }).warehouse;
  const is = String(live.get(`Warehouse kargo-${name}/${name}`)?.spec?.interval);
  return is.startsWith(interval) ? [] : [`old: Warehouse ${name} has the interval ${is}`];
}

/** Objects of services that stayed must be the same ones. */
function replaced(
  own: readonly (readonly [string, LiveObject])[],
  before: Seen | undefined,
  listed: readonly string[],
): string[] {
  return own.flatMap(([name, { metadata }]) => {
    const earlier = before?.live.get(name)?.metadata.uid;
    const stayed = listed.some((service) => name.includes(service)) && earlier !== undefined;
    return stayed && earlier !== metadata.uid ? [`replaced: ${name}`] : [];
  });
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function different(some: readonly string[], others: readonly string[]): string[] {
  const without = (names: readonly string[], known: readonly string[]) =>
    names.filter((name) => !known.includes(name));
  return [...without(some, others), ...without(others, some)];
}

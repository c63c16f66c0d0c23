import { shardOf, shardStack } from "../../model/shards.ts";
import { STACK } from "../engine-events.ts";
import { VALUES_FILES } from "../preview/urns.ts";
import type { Exported, Resource } from "../recovery/state.ts";
import { described, entriesOf, type Selection } from "./entries.ts";
import {
  isProvider,
  recordOf,
  resourcesOf,
  servicesByUrn,
  servicesIn,
  withResources,
} from "./exported-state.ts";

/** A stack with its state. */
export interface Member {
  readonly stack: string;
  readonly state: Exported;
}

/** A service that another stack should have. */
export interface Move {
  readonly service: string;
  readonly from: string;
  readonly to: string;
  /** Whether the other stack has it already: an earlier run was interrupted between the two states. */
  readonly copied: boolean;
}

/**
 * The services that are not in their shard, and those that are in a second stack too. Nothing else moves.
 * @param stack the stack with the key `shards`
 * @param members it and its shards, those that will be left over too
 */
export function movesOf(stack: string, to: number, members: readonly Member[]): Move[] {
  const having = new Map(members.map((member) => [member.stack, servicesIn(resourcesOf(member.state))]));
  return [...having].flatMap(([from, services]) =>
    services.flatMap((service): Move[] => {
      const target = shardStack(stack, shardOf(service, to));
      const copied = having.get(target)?.includes(service) ?? false;
      return from === target ? [] : [{ service, from, to: target, copied }];
    }),
  );
}

/**
 * Copies services from one state to another: their resources, what the values files and the outputs say of them. A state
 * without resources gets the providers of the other one.
 * @param names the services of `from`
 */
export function withServices(
  to: Member,
  from: Member,
  names: ReadonlySet<string>,
  selection: Selection,
): Exported {
  // An interrupted run may have copied some of them.
  const there = new Set(servicesIn(resourcesOf(to.state)));
  const services = new Set([...names].filter((name) => !there.has(name)));
  const begun = resourcesOf(to.state).length > 0 ? to.state : emptied(from, to);
  const source = resourcesOf(from.state);
  const owners = servicesByUrn(source);
  const moving = source.filter(({ urn }) => services.has(owners.get(urn) ?? ""));
  const providers = providersFor(moving, { ...to, state: begun }, from);
  const all = [...resourcesOf(begun), ...providers.copied];
  const known = new Set(
    [...all, ...moving.map((each) => renamed(each, from.stack, to.stack))].map(({ urn }) => urn),
  );
  const arrived = moving.map((each) => {
    const own = onlyKnown(renamed(each, from.stack, to.stack), known);
    const provider = each.provider && providers.references.get(each.provider);
    return provider ? { ...own, provider } : own;
  });
  const state = withResources(begun, [...all, ...arrived]);
  return described(state, services, selection, entriesOf(from.state));
}

/** Removes services from a state; nothing is deleted from the cluster. */
export function withoutServices(
  { state }: Pick<Member, "state">,
  services: ReadonlySet<string>,
  selection: Selection,
): Exported {
  const all = resourcesOf(state);
  const owners = servicesByUrn(all);
  const staying = all.filter(({ urn }) => !services.has(owners.get(urn) ?? ""));
  const known = new Set(staying.map(({ urn }) => urn));
  const left = withResources(
    state,
    staying.map((each) => onlyKnown(each, known)),
  );
  return described(left, services, selection);
}

/** The state of a new shard: the root, the providers and the values files of another one, without a service. */
function emptied(from: Member, to: Member): Exported {
  const own = resourcesOf(from.state).filter(
    (each) => each.type === STACK || isProvider(each) || each.type === VALUES_FILES.type,
  );
  const copied = withResources(
    to.state,
    own.map((each) => renamed(each, from.stack, to.stack)),
  );
  const services = new Set(Object.keys(recordOf(from.state)?.services ?? {}));
  return described(copied, services, { percent: 100 });
}

/** The URNs of a resource under another stack. Inputs and outputs contain none of the program's own. */
function renamed(each: Resource, from: string, to: string): Resource {
  const before = `urn:pulumi:${from}::`;
  const rename = (value: unknown): unknown => {
    if (typeof value === "string")
      return value.startsWith(before) ? `urn:pulumi:${to}::${value.slice(before.length)}` : value;
    if (Array.isArray(value)) return value.map(rename);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rename(inner)]));
  };
  const { inputs, outputs, ...rest } = each;
  const own = rename(rest) as Resource;
  const isRoot = each.type === STACK;
  // The root's name is the project and the stack.
  const urn = isRoot && own.urn.endsWith(`-${from}`) ? `${own.urn.slice(0, -from.length)}${to}` : own.urn;
  const parent = own.parent?.includes(`::${STACK}::`)
    ? `${own.parent.slice(0, -from.length)}${to}`
    : own.parent;
  return {
    ...own,
    urn,
    ...(parent !== undefined && { parent }),
    ...(inputs && { inputs }),
    ...(outputs && { outputs }),
  };
}

/** Without dependencies on resources that stay behind: the platform's, which a shard's program does not know. */
function onlyKnown(each: Resource, known: ReadonlySet<string>): Resource {
  const { dependencies, propertyDependencies } = each;
  const there = (urns: readonly string[]) => urns.filter((urn) => known.has(urn));
  return {
    ...each,
    ...(dependencies && { dependencies: there(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([key, urns]) => [key, urns && there(urns)]),
      ),
    }),
  };
}

/** The providers of moving resources in the other state: its own of the same name, or copies. */
function providersFor(moving: readonly Resource[], to: Member, from: Member) {
  const wanted = new Set(moving.flatMap(({ provider }) => provider ?? []));
  const there = new Map(
    resourcesOf(to.state)
      .filter(isProvider)
      .map((each) => [each.urn, each]),
  );
  const references = new Map<string, string>();
  const copied: Resource[] = [];
  for (const each of resourcesOf(from.state).filter(isProvider)) {
    const reference = `${each.urn}::${each.id}`;
    if (!wanted.has(reference)) continue;
    const own = renamed(each, from.stack, to.stack);
    const other = there.get(own.urn);
    if (other === undefined) copied.push(own);
    references.set(reference, `${own.urn}::${(other ?? own).id}`);
  }
  return { references, copied };
}

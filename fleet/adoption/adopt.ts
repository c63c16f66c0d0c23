import { KARGO_API } from "../../manifests/kargo-types.ts";
import { MANAGED_BY } from "../../manifests/objects.ts";
import { didYouMean, listed } from "../../model/diagnostics.ts";
import { ARGOCD_NAMESPACE, resourceName } from "../../model/names.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import { nameOf } from "../engine-events.ts";
import { FleetError } from "../fleet-error.ts";
import type { Taken } from "../recovery/import-file.ts";
import { findItems, type Item } from "../recovery/items.ts";
import { plannedOf } from "../recovery/planned.ts";
import type { Creation } from "../recovery/preview.ts";
import { demandIntegrity, namesOf, record } from "../recovery/recover.ts";
import { requireUnlocked, type StackLockOptions } from "../recovery/stack-lock.ts";
import type { Tools } from "../recovery/tools.ts";
import { type Difference, differences } from "./differences.ts";
import { handOver, isHandOrPulumi } from "./managers.ts";

/** An existing object or hook that the plan names. */
export interface Adoptable {
  readonly item: Item;
  /** The changes that the next `up` would make to it. */
  readonly changes: readonly Difference[];
  /** Why it cannot be imported, with a fix; undefined if it can. */
  readonly refusal: string | undefined;
}

/** The existing objects of a service, and the effect of importing them. */
export interface Proposal {
  readonly service: string;
  readonly stack: string;
  readonly found: readonly Adoptable[];
  /** Planned resources that do not exist; the next `up` creates them. */
  readonly absent: readonly Item[];
  /** Objects in the service's namespace that the plan does not name. They are kept unchanged. */
  readonly beside: readonly string[];
  readonly creations: readonly Creation[];
}

interface AdoptOptions extends StackLockOptions {
  readonly service: string;
  /** Field managers whose fields are handed over. */
  readonly takeFrom: readonly string[];
}

/**
 * Finds everything of a service that exists but is missing from the stack's state. It changes nothing.
 * @throws FleetError if the stack lacks the service, is being updated, or cannot be planned
 */
export async function propose(plan: Plan, options: AdoptOptions, tools: Tools): Promise<Proposal> {
  const { stack, service: name } = options;
  const service = serviceOf(plan, name, stack);
  const locks = await requireUnlocked(tools.engine, options);
  tools.tell(`adopt: reading the state of stack ${stack}, planning its next up`);
  const state = await tools.engine.state();
  demandIntegrity(state, stack);
  if (state.pending.length > 0 || (locks ?? []).length > 0)
    throw new FleetError(
      `An up of stack ${stack} was interrupted. Run fleet recover --stack ${stack} first, then adopt.`,
    );
  const { creations } = await tools.engine.preview();
  const own = plannedOf(creations, plan).filter(({ creation: { urn } }) =>
    nameOf(urn).startsWith(resourceName(name, "")),
  );
  tools.tell(`adopt: looking for ${own.length} resources of ${name} that are missing from the state`);
  const items = await findItems(own, tools, "adopt");
  const taken = takes(options.takeFrom);
  const there = items.filter(({ found }) => found !== undefined);
  return {
    service: name,
    stack,
    found: there.map((item) => {
      const changes = changesOf(item, taken);
      return { item, changes, refusal: refusal(item, changes) };
    }),
    absent: items.filter(({ found }) => found === undefined),
    beside: await besides(service, namesOf(state, own).names, tools),
    creations,
  };
}

/**
 * Imports the resources of a proposal: hands the fields of other field managers over to the provider, then adds the
 * resources to the state. The next `up` makes the proposal's changes.
 * @throws FleetError if one of them cannot be imported; then none is
 */
export async function adopt(
  proposal: Proposal,
  { takeFrom }: Pick<AdoptOptions, "takeFrom">,
  tools: Tools,
): Promise<void> {
  const refused = proposal.found.filter((each) => each.refusal !== undefined);
  if (refused.length > 0)
    throw new FleetError(
      `Nothing was imported:\n${refused.map(({ item, refusal }) => `  ${item.what}  ${refusal}`).join("\n")}`,
    );
  tools.tell(`adopt: importing ${proposal.found.length} resources`);
  for (const { item } of proposal.found) {
    if (item.planned.is === "object") await handOver(item.planned, takes(takeFrom), tools);
  }
  const taken = proposal.found.flatMap(({ item: { planned, found } }): Taken[] =>
    found === undefined ? [] : [{ creation: planned.creation, id: found.id }],
  );
  await record(taken, proposal.creations, tools);
}

function serviceOf(plan: Plan, name: string, stack: string): ServicePlan {
  const service = plan.services.find((each) => each.name === name);
  if (service) return service;
  const known = plan.services.map((each) => each.name);
  const hint = didYouMean(name, known) ?? `It has: ${listed(known)}. Add the service to the catalogue first.`;
  throw new FleetError(`Stack ${stack} has no service ${JSON.stringify(name)}. ${hint}`);
}

function takes(takeFrom: readonly string[]): (manager: string) => boolean {
  return (manager) => isHandOrPulumi(manager) || takeFrom.includes(manager);
}

function changesOf({ planned, found }: Item, taken: (manager: string) => boolean): Difference[] {
  if (planned.is === "object")
    return found?.live ? differences(found.live, planned.creation.inputs, taken) : [];
  return [
    ...(found?.hook && found.hook.events.join() !== "push"
      ? [{ path: "events", live: found.hook.events, planned: ["push"], owners: [] }]
      : []),
    ...(found?.hook && found.hook.active !== planned.creation.inputs.active
      ? [{ path: "active", live: found.hook.active, planned: planned.creation.inputs.active, owners: [] }]
      : []),
    // GitHub never shows a hook's secret.
    { path: "secret", live: undefined, planned: "the secret that this stack derives", owners: [] },
  ];
}

function refusal({ planned, verdict, found }: Item, changes: readonly Difference[]): string | undefined {
  if (verdict.is === "another stack's")
    return `belongs to stack ${verdict.stack}. Remove the service from that stack first.`;
  if (verdict.is === "deleting") return "is being deleted. Wait until it is gone.";
  const others = [...new Set(changes.flatMap(({ owners }) => owners))];
  if (others.length > 0) {
    const flags = others.map((name) => `--take-from ${name}`).join(" ");
    return `is applied by ${others.join(" and ")}, which would write its fields back. Remove the object from that tool, then add ${flags}.`;
  }
  // `argocd` also holds Applications of others, so the guard lets the deployer change only labelled ones.
  const [ours] = Object.entries(MANAGED_BY).filter(([key, value]) => found?.labels?.[key] !== value);
  if (ours && planned.is === "object" && planned.namespace === ARGOCD_NAMESPACE) {
    const object = `${planned.kind.toLowerCase()} ${planned.name} -n ${ARGOCD_NAMESPACE}`;
    return `lacks our label, so the deployer may not change it. An administrator sets it: kubectl label ${object} ${ours.join("=")}`;
  }
  // `roleRef` is immutable, and replacing a binding would remove the right for a moment.
  const fixed = planned.is === "object" && /Binding$/.test(planned.kind);
  return fixed && changes.some(({ path }) => path.startsWith("roleRef"))
    ? "binds another role, which cannot be changed. Delete it, and the next up creates it."
    : undefined;
}

/** Objects in the namespace that the plan does not name: those of the planned kinds, and Kargo's Freight. */
async function besides(
  { project }: ServicePlan,
  known: ReadonlySet<string>,
  { objects }: Tools,
): Promise<string[]> {
  const list = async (kind: string) => (await objects.list(KARGO_API, kind, { namespace: project })) ?? [];
  const kinds = ["Warehouse", "Stage", "ProjectConfig", "PromotionTask"];
  const others = (await Promise.all(kinds.map(list)))
    .flat()
    .map(({ kind, id }) => `${kind} ${id}`)
    .filter((what) => !known.has(what));
  const freight = await list("Freight");
  return [...others.sort(), ...(freight.length > 0 ? [`${freight.length} Freight of ${project}`] : [])];
}

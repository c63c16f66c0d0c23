import { pushes } from "../../git-host/pushes.ts";
import { SERVICE_LABEL, STACK_LABEL, stackLabel } from "../../model/labels.ts";
import { resourceName } from "../../model/names.ts";
import type { Plan } from "../../model/plan.ts";
import { owningStack } from "../../model/shards.ts";
import { nameOf } from "../engine-events.ts";
import { FleetError } from "../fleet-error.ts";
import { importFile, missingProviders, type Taken } from "./import-file.ts";
import { findItems, type Item, takenItems } from "./items.ts";
import type { Lock } from "./locks.ts";
import { idOf, type Planned, plannedOf, recordOf } from "./planned.ts";
import type { Creation } from "./preview.ts";
import { requireUnlocked, type StackLockOptions } from "./stack-lock.ts";
import { integrityProblems, type State } from "./state.ts";
import type { Tools } from "./tools.ts";

/** What an interrupted `up` left, and what to do about it. */
export interface RecoveryPlan {
  readonly stack: string;
  /** The locks of dead owners; undefined if the backend's locks cannot be read. */
  readonly locks: readonly Lock[] | undefined;
  /** Everything that the plan names and the state lacks. */
  readonly items: readonly Item[];
  /** Objects with this stack's label that are neither in its state nor in its plan. */
  readonly strays: readonly string[];
  /** The URNs of hooks in the state whose services are no longer planned. */
  readonly leavingHooks: readonly string[];
  readonly state: State;
  readonly creations: readonly Creation[];
}

/**
 * Finds out what to do, and changes nothing.
 * @throws FleetError if the lock's owner lives or is unknown, if the state is broken, if the program cannot be
 * planned, or if the API server or GitHub does not answer
 */
export async function planRecovery(
  plan: Plan,
  options: StackLockOptions,
  tools: Tools,
): Promise<RecoveryPlan> {
  const { engine, tell } = tools;
  const { stack } = options;
  const locks = await requireUnlocked(engine, options);
  tell(`recover: reading the state of stack ${stack}, planning its next up`);
  const planning = Promise.allSettled([engine.preview(), tools.openHooks()]);
  const state = await engine.state();
  demandIntegrity(state, stack);
  const [previewed] = await planning;
  if (previewed.status === "rejected") throw previewed.reason;
  const { creations } = previewed.value;
  const planned = plannedOf(creations, plan);
  tell(`recover: looking for ${planned.length} resources that the plan names and the state lacks`);
  const items = await findItems(planned, tools, "recover");
  const strays = await unplannedObjects(selectorOf(plan, stack), state, planned, tools);
  const hooks = new Set(plan.services.map(({ name }) => resourceName(name, "webhook")));
  const repositoryHook = pushes.hookType({ repository: "any" });
  const leavingHooks = state.resources
    .filter(({ type, urn }) => type === repositoryHook && !hooks.has(nameOf(urn)))
    .map(({ urn }) => urn);
  return { stack, locks, items, strays, leavingHooks, state, creations };
}

/**
 * Repairs the stack: removes a dead owner's lock, settles pending operations, and imports our resources. It may be
 * interrupted at any point and run again.
 * @returns all imported resources
 * @throws FleetError with the engine's message
 */
export async function settle(found: RecoveryPlan, options: StackLockOptions, tools: Tools): Promise<Taken[]> {
  const { engine, tell } = tools;
  if (found.locks === undefined) {
    // If locks cannot be read, there may be none; that is no failure.
    await engine.cancel().catch(() => undefined);
  } else if (found.locks.length > 0) {
    // Another `up` may have started meanwhile, and cancel removes every lock.
    await requireUnlocked(engine, options);
    tell("recover: removing the lock");
    await engine.cancel();
  }
  await settlePending(found, tools);
  await forgetDeletedHooks(found, tools);
  const taken = takenItems(found.items);
  await record(taken, found.creations, tools);
  // A plugin may outlive its engine and finish its last call only now.
  const absent = found.items.filter(({ verdict }) => verdict.is === "absent").map(({ planned }) => planned);
  const late = takenItems(await findItems(absent, tools, "recover"));
  await record(late, found.creations, tools, taken);
  return [...taken, ...late];
}

async function settlePending({ state }: RecoveryPlan, { engine, tell }: Tools): Promise<void> {
  const { pending, resources } = state;
  if (pending.length === 0) return;
  tell(`recover: settling ${pending.length} pending operations`);
  const known = new Set(resources.map(({ urn }) => urn));
  const unsure = pending
    .filter(({ type, urn }) => type !== "creating" && known.has(urn))
    .map(({ urn }) => urn);
  if (unsure.length > 0) await engine.refresh([...new Set(unsure)]);
  await engine.forgetPending(unsure.length > 0 ? await engine.state() : state);
}

/** GitHub's provider fails to delete a hook that an interrupted `up` has deleted, so the state forgets it first. */
async function forgetDeletedHooks({ leavingHooks }: RecoveryPlan, { engine, tell }: Tools): Promise<void> {
  if (leavingHooks.length === 0) return;
  tell(`recover: asking GitHub which hooks of removed services still exist (${leavingHooks.length})`);
  // Such as a token in the state that has expired: the next up has the new one, and reports what it cannot delete.
  await engine.refresh(leavingHooks).catch((error: Error) => tell(`recover: ${error.message}`));
}

/**
 * Imports resources, with their parent components and missing providers.
 * @param before resources that this run already imported, so their parents are in the state
 * @throws FleetError with the engine's message
 */
export async function record(
  taken: readonly Taken[],
  creations: readonly Creation[],
  { engine, tell }: Tools,
  before: readonly Taken[] = [],
): Promise<void> {
  if (taken.length === 0) return;
  const recorded = new Set([
    ...importFile(before, creations).resources.map(({ name }) => name),
    ...missingProviders(before, creations),
  ]);
  const open = creations.filter(({ urn }) => !recorded.has(urn));
  const providers = missingProviders(taken, open);
  if (providers.length > 0) {
    tell("importing the providers");
    await engine.create(providers);
  }
  tell(`recording ${taken.length} resources`);
  const file = importFile(
    taken,
    open.filter(({ urn }) => !providers.includes(urn)),
  );
  await engine.import(
    file,
    taken.some(({ creation }) => creation.protect),
  );
}

/** @throws FleetError if the engine would refuse the state */
export function demandIntegrity(state: State, stack: string): void {
  const problems = integrityProblems(state);
  if (problems.length === 0) return;
  const shown = problems.slice(0, 5).map((problem) => `  ${problem}`);
  const rest = problems.length > shown.length ? `\n  and ${problems.length - shown.length} more` : "";
  throw new FleetError(
    `The state of stack ${stack} is inconsistent, so the engine refuses it:\n${shown.join("\n")}${rest}\nRun pulumi state repair --stack ${stack}, then fleet recover again. If that does not help, import the last complete state: pulumi stack export --version, or the file backend's .pulumi/backups.`,
  );
}

/** The names (`Kind namespace/name`) and kinds of everything in the state or the plan. */
export function namesOf({ resources }: Pick<State, "resources">, planned: readonly Planned[]) {
  const kinds = new Map<string, readonly [apiVersion: string, kind: string]>();
  const names = new Set<string>();
  const add = (apiVersion: unknown, kind: unknown, id: unknown) => {
    kinds.set(`${apiVersion} ${kind}`, [String(apiVersion), String(kind)]);
    names.add(`${kind} ${id}`);
  };
  for (const { type, id, outputs } of resources) {
    const { apiVersion, kind } = recordOf(outputs);
    if (type.startsWith("kubernetes:") && apiVersion && kind) add(apiVersion, kind, id);
  }
  for (const each of planned) {
    if (each.is === "object") add(each.apiVersion, each.kind, idOf(each));
  }
  return { kinds: [...kinds.values()], names };
}

/** The objects of a stack by their labels. Shards share their stack's label, so there the service counts too. */
function selectorOf({ rollout, services }: Plan, stack: string): string {
  const own = `${STACK_LABEL}=${stackLabel(owningStack(stack, rollout))}`;
  if (rollout.shards !== undefined) return `${own},!${SERVICE_LABEL}`;
  if (rollout.shard?.stack === undefined) return own;
  return `${own},${SERVICE_LABEL} in (${services.map(({ name }) => name).join(",")})`;
}

/** Objects with this stack's label that are neither in its state nor in its plan. */
async function unplannedObjects(
  selector: string,
  state: State,
  planned: readonly Planned[],
  { objects }: Tools,
): Promise<string[]> {
  const { kinds, names } = namesOf(state, planned);
  const found = await Promise.all(
    kinds.map(([apiVersion, kind]) => objects.list(apiVersion, kind, { selector })),
  );
  return found
    .flatMap((list) => list ?? [])
    .map(({ kind, id }) => `${kind} ${id}`)
    .filter((name) => !names.has(name))
    .sort();
}

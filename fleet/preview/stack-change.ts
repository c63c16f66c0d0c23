import { isDeepStrictEqual } from "node:util";
import { platformObjects, serviceObjects } from "../../manifests/inventory/objects.ts";
import { listed, type Problem } from "../../model/diagnostics.ts";
import { isGuarded, losses } from "../../model/losses.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import { provisioned } from "../../model/provisioned.ts";
import { movements } from "../../model/rollout-changes.ts";
import type { Fleet, FoundStack } from "../all-stacks.ts";
import type { ServiceChange, StackChange } from "./change.ts";
import { inputChanges } from "./input-changes.ts";
import { differing, objectChanges } from "./object-change.ts";
import { sharedDifferences } from "./shared-differences.ts";

/** The difference of a stack's files, and whether a partial preview is enough. */
export interface Compared {
  readonly change: StackChange;
  /** Why everything must be previewed; undefined if the affected services are enough. */
  readonly whole: string | undefined;
  /** Whether the stack's secrets would be sent to another cluster, GitHub, or encryption key. */
  readonly redirects: boolean;
}

/**
 * Compares two revisions of every stack, by name.
 * @param base the old files, read with the same time as `head`; otherwise a freeze that ends meanwhile would differ
 */
export function compareFleets(base: Fleet, head: Fleet): Compared[] {
  const was = new Map(base.stacks.map((stack) => [stack.name, stack]));
  const is = new Map(head.stacks.map((stack) => [stack.name, stack]));
  const names = [...new Set([...was.keys(), ...is.keys()])].sort();
  return names.map((name) => compareStacks(name, was.get(name), is.get(name)));
}

/** Compares two revisions of one stack; undefined stands for a revision without it. */
export function compareStacks(
  stack: string,
  base: FoundStack | undefined,
  head: FoundStack | undefined,
): Compared {
  const before = base?.plan;
  const after = head?.plan;
  const inputs = base && head ? inputChanges(base, head) : [];
  const differences = sharedDifferences(inputs, before, after);
  const change: StackChange = {
    stack,
    cluster: (after ?? before)?.cluster.name ?? "",
    before,
    after,
    services: after ? serviceChanges(before?.services ?? [], after.services) : [],
    shared: after ? objectChanges(sharedObjects(before), sharedObjects(after)) : [],
    sharedDiffers: differences.length > 0,
    inputs,
    movements: before && after ? movements(before, after) : [],
    problems: head?.problems ?? [],
    losses: before && head ? lossesOf(before, head) : [],
  };
  return {
    change,
    whole: after && whole(change, base, head, differences),
    redirects: before === undefined || differences.some((key) => !HARMLESS.includes(key)),
  };
}

/** Shared settings that do not decide where a secret is sent. */
const HARMLESS: readonly string[] = ["protect"];

/**
 * The services whose plan differs. Objects are rendered by pure functions, so equal plans need no comparison of
 * objects.
 */
function serviceChanges(before: readonly ServicePlan[], after: readonly ServicePlan[]): ServiceChange[] {
  const objects = (plan: ServicePlan | undefined) => (plan ? serviceObjects(plan) : []);
  return differing(before, after, ({ name }) => name).map(({ one, ...change }) => ({
    service: one.name,
    ...change,
    objects: objectChanges(objects(change.before), objects(change.after)),
  }));
}

function sharedObjects(plan: Plan | undefined) {
  return plan?.platform ? platformObjects(plan.platform) : [];
}

/** The losses that the check would report after an `up` of the base. */
function lossesOf(before: Plan, { plan, catalogue, config }: FoundStack): readonly Problem[] {
  const was = provisioned(before);
  if (!plan || !catalogue || !isGuarded(was, plan)) return [];
  return losses(was, { plan, catalogue, config });
}

function whole(
  { before, after, services, shared }: StackChange,
  base: FoundStack | undefined,
  head: FoundStack | undefined,
  differences: readonly string[],
): string | undefined {
  if (base === undefined) return "the base has no such stack";
  if (before === undefined) return "the files of the base are wrong";
  if (differences.length > 0) return `shared settings differ: ${listed(differences)}`;
  const pipelines = changedPipelines(base, head);
  if (pipelines.length > 0)
    return `${pipelines.length === 1 ? "a pipeline" : "pipelines"} changed: ${listed(pipelines)}`;
  if (shared.some(({ kind }) => kind === "ClusterPromotionTask")) return "the shared promotion tasks changed";
  const all = new Set([...before.services, ...(after?.services ?? [])].map(({ name }) => name)).size;
  return services.length > 0 && services.length === all ? "every service is affected" : undefined;
}

/** The pipelines that exist in both revisions and differ. */
function changedPipelines(base: FoundStack | undefined, head: FoundStack | undefined): string[] {
  const was = new Map(Object.entries(base?.config.value?.pipelines ?? {}));
  const is = Object.entries(head?.config.value?.pipelines ?? {});
  return is
    .filter(([name, stages]) => was.has(name) && !isDeepStrictEqual(was.get(name), stages))
    .map(([name]) => name);
}

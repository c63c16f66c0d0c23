import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { knownClass } from "../../model/change-classes.ts";
import type { OwnPromotionTask, OwnPromotionTasks } from "../../model/own-promotion-task.ts";
import type { Pipeline, Pipelines } from "../../model/pipelines.ts";
import type { Plan } from "../../model/plan.ts";
import { PROJECT, stackConfigSchema } from "../../model/stack-config.ts";
import type { FoundStack } from "../all-stacks.ts";
import type { InputChange } from "./change.ts";

/**
 * Every leaf in which the files of two revisions differ for one stack: its checked config with defaults, with
 * Stages by name; the catalogue's `include`; all teams; the services that it has or builds in both revisions; and
 * under `file` the rest of its stack file.
 * @returns an empty list if a revision has no plan, because then its files have no known meaning
 */
export function inputChanges(before: FoundStack, after: FoundStack): InputChange[] {
  if (before.plan === undefined || after.plan === undefined) return [];
  const had = servicesOf(before.plan);
  const both = [...servicesOf(after.plan)].filter((name) => had.has(name));
  return leafChanges(inputsOf(before, both), inputsOf(after, both), []);
}

/**
 * Every leaf in which two values of plain data differ. A list is a leaf, and so is a whole known entry that is
 * added or removed.
 */
export function leafChanges(before: unknown, after: unknown, path: readonly string[]): InputChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [was, is] = [recordOf(before), recordOf(after)];
  const whole = (before === undefined || after === undefined) && knownClass(path) !== undefined;
  if (was === undefined || is === undefined || whole) return [{ path, before, after }];
  const keys = [...new Set([...was.keys(), ...is.keys()])];
  return keys.flatMap((key) => leafChanges(was.get(key), is.get(key), [...path, key]));
}

/** The entries of a record; none for a missing one. */
function recordOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value === undefined) return new Map();
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

function inputsOf({ config, catalogue, document }: FoundStack, names: readonly string[]): object {
  const { include, teams, services } = catalogue?.value ?? { include: [], teams: {}, services: {} };
  return {
    ...config.value,
    pipelines: byStage(config.value?.pipelines ?? {}),
    promotionTasks: byFile(config.value?.promotionTasks ?? {}),
    include,
    teams,
    services: Object.fromEntries(names.map((name) => [name, services[name]])),
    file: rest(document.value),
  };
}

/** The services of a stack, and those of other shards that it builds. */
function servicesOf({ services, platform }: Plan): ReadonlySet<string> {
  const built = platform?.buildTriggers?.groups.flatMap(({ builds }) => builds) ?? [];
  return new Set([...services.map(({ name }) => name), ...built.map(({ service }) => service)]);
}

/** Stages by name, so that a new one does not shift the others: `after` decides their order, not their position. */
function byStage(pipelines: Pipelines): object {
  const named = (stages: Pipeline) =>
    Object.fromEntries(stages.map(({ stage, ...more }) => [stage, more] as const));
  return Object.fromEntries(Object.entries(pipelines).map(([name, stages]) => [name, named(stages)]));
}

/** The file of each own promotion task with a digest of its steps, as one leaf. */
function byFile(tasks: OwnPromotionTasks): object {
  const short = (task: OwnPromotionTask) =>
    `${task.file} (${createHash("sha256").update(JSON.stringify(task)).digest("hex").slice(0, 8)})`;
  return Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, short(task)]));
}

/** The parts of a stack file beside the checked config: secrets, their encryption, and unknown keys. */
function rest(file: unknown): object {
  const { config, ...top } = Object.fromEntries(recordOf(file ?? undefined) ?? []);
  const checked = Object.keys(stackConfigSchema.shape).map((key) => `${PROJECT}:${key}`);
  const entries = [...(recordOf(config ?? undefined) ?? [])].filter(([key]) => !checked.includes(key));
  // As text, so that each is one leaf.
  return Object.fromEntries([...Object.entries(top), ...entries].map(([k, v]) => [k, JSON.stringify(v)]));
}

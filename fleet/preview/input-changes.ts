import { isDeepStrictEqual } from "node:util";
import type { Pipeline, Pipelines } from "../../model/pipelines.ts";
import type { Plan } from "../../model/plan.ts";
import { PROJECT, stackConfigSchema } from "../../model/stack-config.ts";
import type { FoundStack } from "../all-stacks.ts";
import { knownClass } from "../report/classes.ts";
import type { InputChange } from "./change.ts";

/**
 * Every leaf in which the files of two revisions differ for one stack: its config as checked, defaults and all, with
 * Stages by name; what its catalogue includes; all teams; the services that it has or builds in both; and under `file` what else its stack file says.
 *
 * @returns nothing where a revision has no plan: nobody knows then what its files mean
 */
export function inputChanges(before: FoundStack, after: FoundStack): InputChange[] {
  if (before.plan === undefined || after.plan === undefined) return [];
  const had = servicesOf(before.plan);
  const both = [...servicesOf(after.plan)].filter((name) => had.has(name));
  return leafChanges(inputsOf(before, both), inputsOf(after, both), []);
}

/** Every leaf in which two values of plain data differ; a list is a leaf, and so is what comes or goes as a known whole. */
export function leafChanges(before: unknown, after: unknown, path: readonly string[]): InputChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [was, is] = [recordOf(before), recordOf(after)];
  const whole = (before === undefined || after === undefined) && knownClass(path) !== undefined;
  if (was === undefined || is === undefined || whole) return [{ path, before, after }];
  const keys = [...new Set([...was.keys(), ...is.keys()])];
  return keys.flatMap((key) => leafChanges(was.get(key), is.get(key), [...path, key]));
}

/** The entries of a record; of what is not there, none. */
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
    include,
    teams,
    services: Object.fromEntries(names.map((name) => [name, services[name]])),
    file: rest(document.value),
  };
}

/** The services that a stack has, and those of other shards that it builds. */
function servicesOf({ services, platform }: Plan): ReadonlySet<string> {
  const built = platform?.buildTriggers?.groups.flatMap(({ builds }) => builds) ?? [];
  return new Set([...services.map(({ name }) => name), ...built.map(({ service }) => service)]);
}

/** Stages by name, so that one in between shifts none: what one comes after decides, not where it stands. */
function byStage(pipelines: Pipelines): object {
  const named = (stages: Pipeline) =>
    Object.fromEntries(stages.map(({ stage, ...more }) => [stage, more] as const));
  return Object.fromEntries(Object.entries(pipelines).map(([name, stages]) => [name, named(stages)]));
}

/** What a stack file says beside the config that is checked: secrets, how they are encrypted, and what nobody knows. */
function rest(file: unknown): object {
  const { config, ...top } = Object.fromEntries(recordOf(file ?? undefined) ?? []);
  const checked = Object.keys(stackConfigSchema.shape).map((key) => `${PROJECT}:${key}`);
  const entries = [...(recordOf(config ?? undefined) ?? [])].filter(([key]) => !checked.includes(key));
  // As text: a leaf each, whatever is in it.
  return Object.fromEntries([...Object.entries(top), ...entries].map(([k, v]) => [k, JSON.stringify(v)]));
}

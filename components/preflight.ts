import * as pulumi from "@pulumi/pulumi";
import { formatProblem, listed, type Problem } from "../model/diagnostics.ts";
import type { PlanWithFiles } from "../model/losses.ts";
import { resourceName } from "../model/names.ts";
import type { Plan, ServicePlan } from "../model/plan.ts";
import { type HookStep, hookStep, type Provisioned } from "../model/provisioned.ts";
import { owningStack } from "../model/shards.ts";
import { hasRemovals } from "./build-triggers.ts";
import { namesInState } from "./engine-state.ts";
import { githubAuth } from "./lifecycle.ts";
import {
  type Asked,
  type AskOptions,
  askObstacles,
  askRepositories,
  NOTHING_ASKED,
} from "./obstacles/ask.ts";
import { uncheckedLines } from "./obstacles/unchecked.ts";

/**
 * The maximum number of services to ask about, because each costs two GitHub calls. `fleet check --online` has no
 * limit.
 */
const MOST = 100;

/** Asks GitHub and the cluster about services with this run's credentials. Asks nothing if there are too many. */
export async function ask(
  services: readonly ServicePlan[],
  { plan, catalogue }: PlanWithFiles,
): Promise<Asked> {
  if (services.length === 0 || services.length > MOST) return NOTHING_ASKED;
  const stack = pulumi.getStack();
  const asking = { document: catalogue.document, stack, owner: owningStack(stack, plan.rollout) };
  return await askObstacles(services, plan, asking, askOptions(plan));
}

/**
 * Warns about problems that would prevent new or incomplete services from being created. `fleet preview` reports
 * these warnings; an `up` reports the result at its end. They are no errors, because an error would end a run of
 * the Automation API.
 */
export async function warnOfObstacles(
  services: readonly ServicePlan[],
  planned: PlanWithFiles,
  before: Provisioned | undefined,
): Promise<Asked> {
  const whole = (name: string) =>
    Object.hasOwn(before?.services ?? {}, name) && before?.incomplete.includes(name) === false;
  const asked = await withoutOwn(
    await ask(
      services.filter(({ name }) => !whole(name)),
      planned,
    ),
  );
  for (const problems of asked.obstacles.values())
    for (const problem of problems) await pulumi.log.warn(formatProblem(problem));
  for (const line of asked.unchecked) await pulumi.log.warn(line);
  return asked;
}

/**
 * Drops KF103 for namespaces that are in the state: one that `fleet adopt` imported gets the stack's label only in
 * the next `up`.
 */
async function withoutOwn(asked: Asked): Promise<Asked> {
  const isTaken = ({ code }: Problem) => code === "KF103";
  if (![...asked.obstacles.values()].flat().some(isTaken)) return asked;
  const names = await namesInState();
  const others = [...asked.obstacles].map(([service, problems]) => {
    const isOwn = names.has(resourceName(service, "namespace"));
    return [service, isOwn ? problems.filter((problem) => !isTaken(problem)) : problems] as const;
  });
  return { ...asked, obstacles: new Map(others.filter(([, problems]) => problems.length > 0)) };
}

/** The parts of a plan that are being removed: which of them are in the state, and what to do about their hooks. */
export interface Removals {
  readonly isMade: (name: string) => boolean;
  readonly hooks: ReadonlyMap<string, HookStep>;
}

/** Reads the state and asks GitHub about removed services, if there are any. */
export async function findRemovals(plan: Plan, before: Provisioned | undefined): Promise<Removals> {
  const removals = plan.services.filter(({ state }) => state === "decommissioned");
  const retires = plan.services.some(({ stages }) => stages.some(({ state }) => state === "retired"));
  const triggers = plan.platform?.buildTriggers;
  const others = triggers !== undefined && hasRemovals(triggers);
  if (removals.length === 0 && !retires && !others) return { isMade: () => true, hooks: new Map() };
  const names = await namesInState();
  const isMade = (name: string) => names.has(name);
  const hookOf = ({ name }: ServicePlan) => resourceName(name, "webhook");
  const { note, lines } = uncheckedLines();
  const hooked = removals.filter((service) => service.webhook && isMade(hookOf(service)));
  const repositories = hooked.length > 0 ? askRepositories(plan, askOptions(plan), note) : undefined;
  const steps = removals.map(async (service): Promise<[string, HookStep]> => {
    const { name, repository, webhook } = service;
    const made = isMade(hookOf(service));
    const there = made && webhook ? await repositories?.hasHook(repository, webhook.url) : true;
    return [name, hookStep(service, before, made, there ?? true)];
  });
  const hooks = new Map(await Promise.all(steps));
  for (const line of lines()) await pulumi.log.warn(line);
  const lost = removals.filter(({ name }) => hooks.get(name) === "lose");
  if (lost.length > 0) {
    const places = listed(lost.map(({ repository }) => repository));
    await pulumi.log.warn(
      `The hooks of these repositories are dropped from the state, because GitHub shows none there that the program may change: ${places}. If one still exists, delete it by hand.`,
    );
  }
  return { isMade, hooks };
}

function askOptions(plan: Plan): AskOptions {
  const report = (line: string) => void pulumi.log.info(line);
  return { auth: githubAuth(plan), environment: process.env, report };
}

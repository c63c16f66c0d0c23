import * as pulumi from "@pulumi/pulumi";
import { formatProblem } from "../model/diagnostics.ts";
import type { PlanWithFiles } from "../model/losses.ts";
import { incomplete } from "../model/obstacles.ts";
import { deployingStages, type ServicePlan } from "../model/plan.ts";
import { addedTo, type Outcome, type Provisioned, provisioned } from "../model/provisioned.ts";
import { isMade, knownValue } from "./engine-state.ts";
import { ask } from "./preflight.ts";
import type { ServicePipeline } from "./service-pipeline.ts";
import type { StackInputs } from "./stack.ts";
import type { ValuesFiles } from "./values-files.ts";

type Pipelines = ReadonlyMap<string, ServicePipeline>;

/** What a stack's output tells of a service. */
type ServiceOutput = Pick<ServicePlan, "project"> &
  ServicePlan["commands"] & { readonly namespace: string; readonly applications: readonly string[] };

/** Every service that an `up` made or tries to make, by name. It depends on no resource, so no failure removes it. */
export function servicesOutput({ plan, concerned, before }: StackInputs): Record<string, ServiceOutput> {
  const made = new Set([
    ...Object.keys(before?.services ?? {}),
    ...concerned.services.map(({ name }) => name),
  ]);
  return Object.fromEntries(
    plan.services
      .filter(({ name }) => made.has(name))
      .map((service) => [
        service.name,
        {
          namespace: service.project,
          project: service.project,
          applications: deployingStages(service).map(({ deployment }) => deployment.application),
          promote: service.commands.promote,
          sync: service.commands.sync,
        },
      ]),
  );
}

/**
 * What the next run needs to detect losses; computed after every resource succeeded or failed. It is marked secret only because an
 * `up` prints all other outputs, and this one has twenty thousand lines for a thousand services.
 */
export function provisionedOutput(
  inputs: StackInputs,
  pipelines: Pipelines,
  valuesFiles: ValuesFiles,
): pulumi.Output<Provisioned> {
  return pulumi.secret(pulumi.output(outcome(inputs, pipelines, valuesFiles)));
}

async function outcome(
  inputs: StackInputs,
  pipelines: Pipelines,
  valuesFiles: ValuesFiles,
): Promise<Provisioned> {
  const names = new Set(inputs.concerned.services.map(({ name }) => name));
  const own = new Map([...pipelines].filter(([name]) => names.has(name)));
  const missing = await missingParts(own);
  await reportIncomplete(missing, inputs.planned);
  const wrote = await isMade(valuesFiles);
  const now = provisioned(
    inputs.concerned,
    { ...(await hooksOf(inputs, own)), incomplete: [...missing.keys()] },
    (service) => wrote || inputs.seeded.has(service),
  );
  return inputs.concerned === inputs.plan ? now : addedTo(inputs.before, now);
}

/** Resolves when the engine has tried all resources of some services. */
export async function allTried(pipelines: Pipelines): Promise<void> {
  await missingParts(pipelines);
}

/** The roles of failed resources by service; none in a preview. */
async function missingParts(pipelines: Pipelines): Promise<ReadonlyMap<string, readonly string[]>> {
  const looked = [...pipelines].map(async ([name, { parts }]): Promise<[string, string[]]> => {
    const roles = await Promise.all(
      [...parts].map(async ([role, part]) => ((await isMade(part)) ? [] : [role])),
    );
    return [name, roles.flat()];
  });
  return new Map((await Promise.all(looked)).filter(([, roles]) => roles.length > 0));
}

/** Reports each incomplete service with the reason and a fix. */
async function reportIncomplete(
  missing: ReadonlyMap<string, readonly string[]>,
  planned: PlanWithFiles,
): Promise<void> {
  const services = planned.plan.services.filter(({ name }) => missing.has(name));
  const { obstacles } = await ask(services, planned);
  const asking = { document: planned.catalogue.document, stack: pulumi.getStack() };
  for (const service of services) {
    const known = obstacles.get(service.name);
    const problems = known ?? [incomplete(service, missing.get(service.name) ?? [], asking)];
    for (const problem of problems) await pulumi.log.error(formatProblem(problem));
  }
}

async function hooksOf(
  { removals, before }: StackInputs,
  pipelines: Pipelines,
): Promise<Pick<Outcome, "hooksOff" | "hooksLost">> {
  const off: string[] = [];
  const lost: string[] = [];
  for (const [name, { webhook }] of pipelines) {
    // Uses the engine's value, because a targeted run may not have changed the hook.
    if (webhook === undefined || (await knownValue(webhook.active)) === false) off.push(name);
    const step = removals.hooks.get(name);
    if (step === "lose" || (step === "leave-out" && before?.hooksLost.includes(name))) lost.push(name);
  }
  return { hooksOff: off, hooksLost: lost };
}

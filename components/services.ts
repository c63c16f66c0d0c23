import type * as pulumi from "@pulumi/pulumi";
import { lastOf, type RegisteredLast } from "../model/obstacles.ts";
import type { ServicePlan } from "../model/plan.ts";
import { watchHooks } from "./hook-progress.ts";
import { allTried } from "./outcome.ts";
import { Platform } from "./platform.ts";
import { type PlannedService, ServicePipeline } from "./service-pipeline.ts";
import type { StackInputs } from "./stack.ts";
import type { ValuesFiles } from "./values-files.ts";

/** What to register last, and a promise of everything before it. */
export interface Order extends RegisteredLast {
  readonly first: Promise<readonly ServicePipeline[]>;
  /** Sets what comes before. */
  readonly begin: (pipelines: readonly ServicePipeline[]) => void;
}

/** What will fail is registered last, so that everything else is done before the engine stops. */
export function orderOf({ registered, obstacles }: StackInputs): Order {
  const { promise: first, resolve: begin } = Promise.withResolvers<readonly ServicePipeline[]>();
  return { ...lastOf(registered.services, obstacles), first, begin };
}

/** Registers what all services of the cluster share; undefined if another stack owns it. */
export function sharedPlatform(
  { stack, registered, secrets, removals, hadGuards }: StackInputs,
  last: Order,
  opts: pulumi.ComponentResourceOptions,
): Platform | undefined {
  const { platform } = registered;
  if (platform === undefined) return undefined;
  const { isMade } = removals;
  return new Platform("platform", { platform, stack, secrets, hadGuards, isMade, last }, opts);
}

/** Registers the pipeline of every service. */
export async function servicePipelines(
  inputs: StackInputs,
  order: Order,
  shared: { readonly platform: Platform | undefined; readonly valuesFiles: ValuesFiles },
  opts: pulumi.ComponentResourceOptions,
): Promise<ReadonlyMap<string, ServicePipeline>> {
  const { registered } = inputs;
  const make = (services: readonly ServicePlan[]) =>
    new Map(
      services.map((service) => [
        service.name,
        new ServicePipeline(service.name, argsOf(service, inputs, shared), opts),
      ]),
    );
  const isLast = ({ name }: ServicePlan) => order.services.has(name);
  const ready = make(registered.services.filter((service) => !isLast(service)));
  watchHooks([...ready.values()].flatMap(({ webhook }) => webhook ?? []));
  order.begin([...ready.values()]);
  if (order.services.size > 0) await allTried(ready);
  return new Map([...ready, ...make(registered.services.filter(isLast))]);
}

function argsOf(
  service: ServicePlan,
  { stack, secrets, removals, seeded }: StackInputs,
  { platform, valuesFiles }: { readonly platform: Platform | undefined; readonly valuesFiles: ValuesFiles },
): PlannedService {
  const { name } = service;
  return {
    service,
    stack,
    secrets,
    promotionTasks: platform?.promotionTasks ?? [],
    answeredBy: platform?.answering.get(name) ?? [],
    // If its files already exist, a failed commit does not block the service.
    valuesFiles: seeded.has(name) ? [] : [valuesFiles],
    hook: removals.hooks.get(name) ?? "keep",
    isMade: removals.isMade,
  };
}

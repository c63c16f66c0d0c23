import { z } from "zod";
import type { Catalogue } from "./catalogue.ts";
import type { DocumentPath } from "./diagnostics.ts";
import { freezeSchema } from "./freeze.ts";
import { stableHash } from "./names.ts";
import { pipelineRolloutSchema } from "./pipeline-rollout.ts";
import { promotionTaskRolloutSchema } from "./promotion-task-version.ts";
import { type Labelled, meets, selector } from "./selector.ts";
import { shardOf, shardSchema } from "./shards.ts";
import { waveSchema } from "./waves.ts";
import { windowSchema } from "./windows.ts";

/** Selects the services of a stack from the catalogue. */
export const rolloutSchema = z.strictObject({
  include: z
    .array(selector)
    .default([])
    .meta({ description: "Services that match one of these selectors. Default: all." }),
  exclude: z
    .array(selector)
    .default([])
    .meta({ description: "Services to exclude, even if include matches them." }),
  promotionTask: promotionTaskRolloutSchema
    .prefault({})
    .meta({ description: "The version of the shared promotion task, and its canary." }),
  pipelines: pipelineRolloutSchema.default({}).meta({ description: "Canaries of pipelines." }),
  percent: z
    .number()
    .min(0)
    .max(100)
    .default(100)
    .meta({ description: "The percentage of services, by a stable hash; raising it only adds services." }),
  shard: shardSchema
    .optional()
    .meta({ description: "This stack's part of the remaining services: { index: 1, of: 4 }." }),
  decommission: z.array(selector).default([]).meta({
    description: "Services to decommission on this stack only.",
  }),
  windows: z
    .array(windowSchema)
    .default([])
    .meta({ description: "When Promotions may begin; the API server refuses them at other times." }),
  freeze: z.array(freezeSchema).default([]).meta({
    description: "Stages and services that are closed for a while; the API server refuses Promotions.",
  }),
  waves: z.array(waveSchema).default([]).meta({
    description:
      "The services that fleet up brings up first, wave by wave: by labels, by names or by percent. The rest is the last wave.",
  }),
});

export type Rollout = z.output<typeof rolloutSchema>;

/** Why a stack does not get a service. */
interface Absence {
  /** The key of the config that excludes it, for example `["rollout", "exclude", 0]`. */
  readonly path: DocumentPath;
  /** For example `rollout.exclude[0] excludes it`. */
  readonly reason: string;
}

/** The names of the stack's services, in the order of the catalogue. */
export function selectServices(services: Catalogue["services"], rollout: Rollout): string[] {
  return Object.entries(services)
    .filter(([name, service]) => absence(name, service, rollout) === undefined)
    .map(([name]) => name);
}

/**
 * Why a service is not on the stack; undefined if it is.
 * @param shards the number of stacks that have this stack's services
 */
export function absence(name: string, service: Labelled, rollout: Rollout, shards = 0): Absence | undefined {
  const { include, exclude, percent, shard } = rollout;
  if (include.length > 0 && !include.some((one) => meets(one, name, service)))
    return { path: ["rollout", "include"], reason: "rollout.include does not match it" };
  const excluded = exclude.findIndex((one) => meets(one, name, service));
  if (excluded >= 0)
    return { path: ["rollout", "exclude", excluded], reason: `rollout.exclude[${excluded}] excludes it` };
  if (!withinPercent(name, percent))
    return { path: ["rollout", "percent"], reason: `rollout.percent is ${percent}, which excludes it` };
  if (shard && shardOf(name, shard.of) !== shard.index)
    return {
      path: ["rollout", "shard"],
      reason: `it is in shard ${shardOf(name, shard.of)} of ${shard.of}, and this is shard ${shard.index}`,
    };
  if (shards > 0) return { path: ["shards"], reason: `it is in shard ${shardOf(name, shards)} of ${shards}` };
  return undefined;
}

/** The services with their states on this stack: one may be decommissioned here and active elsewhere. */
export function withStates(
  services: Catalogue["services"],
  { decommission }: Rollout,
): Catalogue["services"] {
  const isDecommissioned = (name: string, service: Labelled) =>
    decommission.some((one) => meets(one, name, service));
  const all = Object.entries(services).map(([name, service]): [string, Catalogue["services"][string]] => [
    name,
    isDecommissioned(name, service) ? { ...service, state: "decommissioned" } : service,
  ]);
  return Object.fromEntries(all);
}

/**
 * Whether a name's hash is in the first `percent` of the range. A higher percent includes all names of a lower one.
 */
export function withinPercent(name: string, percent: number): boolean {
  return stableHash("rollout", name) < (percent / 100) * 2 ** 32;
}

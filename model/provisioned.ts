import { z } from "zod";
import type { Plan } from "./plan.ts";

const provisionedService = z.object({
  state: z.enum(["active", "decommissioned"]),
  pipeline: z.string(),
  repository: z.string(),
  image: z.string(),
  /** Where its values files are; nothing where an older program wrote this. */
  values: z.object({ repoURL: z.string(), branch: z.string(), folder: z.string() }).optional(),
  /** By name. A Stage that deploys has an Application. */
  stages: z.record(z.string(), z.object({ state: z.enum(["active", "retired"]), deploys: z.boolean() })),
});

/** The name of the stack output that tells the next run what this one provisioned. */
export const PROVISIONED = "provisioned";

/** What that output holds. */
export const provisionedSchema = z.object({
  protect: z.boolean(),
  /** What the selection was, as far as a message needs it. */
  rollout: z.object({
    percent: z.number(),
    shard: z.object({ index: z.number(), of: z.number() }).optional(),
  }),
  services: z.record(z.string(), provisionedService),
  /** The services whose hook is off, or gone. */
  hooksOff: z.array(z.string()),
});

/** What an `up` provisioned, as much of it as the next one must know to lose nothing. */
export type Provisioned = z.output<typeof provisionedSchema>;
export type ProvisionedService = z.output<typeof provisionedService>;

/** What a plan provisions; of the hooks only the engine knows. */
export function provisioned({ protect, rollout, services }: Plan): Omit<Provisioned, "hooksOff"> {
  return {
    protect,
    rollout,
    services: Object.fromEntries(
      services.map(({ name, state, pipeline, repository, warehouse, gitops, stages }) => [
        name,
        {
          state,
          pipeline,
          repository,
          image: warehouse.image,
          values: { repoURL: gitops.repoURL, branch: gitops.branch, folder: gitops.folder },
          stages: Object.fromEntries(
            stages.map((stage) => [
              stage.name,
              { state: stage.state, deploys: stage.deployment !== undefined },
            ]),
          ),
        },
      ]),
    ),
  };
}

/**
 * The services whose hook can go. The engine deletes nothing that is protected in its state, so the hook of a
 * decommissioned service is turned off by one `up`, which also unprotects it, and deleted by the next.
 */
export function hooksToRemove({ services }: Plan, before: Provisioned | undefined): ReadonlySet<string> {
  const off = new Set(before?.hooksOff);
  const goes = services.filter(({ name, webhook }) => webhook?.active === false && off.has(name));
  return new Set(goes.map(({ name }) => name));
}

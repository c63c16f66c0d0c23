import { z } from "zod";
import { deployingStages, type Plan, type ServicePlan } from "./plan.ts";

const provisionedService = z.object({
  state: z.enum(["active", "decommissioned"]),
  pipeline: z.string(),
  repository: z.string(),
  image: z.string(),
  /** Where its values files are; nothing where they could not be written, or an older program wrote this. */
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
  /** The services whose hook the engine shall forget and not delete: GitHub has it no more, or lets nobody at it. */
  hooksLost: z.array(z.string()).default([]),
  /** The services of which the engine could not make or change everything. */
  incomplete: z.array(z.string()).default([]),
  /** Whose the guards are; nothing where an older program made them itself. */
  guards: z.literal("administrator").optional(),
});

/** What an `up` provisioned, as much of it as the next one must know to lose nothing. */
export type Provisioned = z.output<typeof provisionedSchema>;
export type ProvisionedService = z.output<typeof provisionedService>;

/** What only the run itself knows of what it did. */
export type Outcome = Pick<Provisioned, "hooksOff" | "hooksLost" | "incomplete">;

/**
 * What a plan provisions.
 *
 * @param seeded whether the values files of a service are where they should be
 */
export function provisioned(
  { protect, rollout, services }: Plan,
  outcome: Outcome = { hooksOff: [], hooksLost: [], incomplete: [] },
  seeded: (service: string) => boolean = () => true,
): Provisioned {
  return {
    ...outcome,
    protect,
    rollout,
    guards: "administrator",
    services: Object.fromEntries(
      services.map(({ name, state, pipeline, repository, warehouse, gitops, stages }) => [
        name,
        {
          state,
          pipeline,
          repository,
          image: warehouse.image,
          ...(seeded(name) && {
            values: { repoURL: gitops.repoURL, branch: gitops.branch, folder: gitops.folder },
          }),
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

/** What a run does about the hook of a service. `lose` is to have the engine forget it, and touch nothing at GitHub. */
export type HookStep = "keep" | "lose" | "leave-out";

/**
 * What becomes of a service's hook. The engine deletes nothing that is protected in its state, so the hook of a
 * decommissioned service is turned off by one `up`, which also unprotects it, and deleted by the next. A hook that was never
 * made is not made now. One that GitHub no longer lets anybody change is forgotten, in two steps too.
 *
 * @param isMade whether the engine's state has the hook
 * @param isReachable whether GitHub has it, and lets the program change it
 */
export function hookStep(
  { name, state }: Pick<ServicePlan, "name" | "state">,
  before: Provisioned | undefined,
  isMade: boolean,
  isReachable: boolean,
): HookStep {
  if (state === "active") return "keep";
  const has = (names: readonly string[] | undefined) => names?.includes(name) === true;
  if (!isMade || has(before?.hooksLost)) return "leave-out";
  if (!isReachable) return "lose";
  return has(before?.hooksOff) ? "leave-out" : "keep";
}

/** The services whose values files are known to be where this plan wants them, because an `up` before wrote them. */
export function seededBefore({ services }: Plan, before: Provisioned | undefined): ReadonlySet<string> {
  const known = new Map(Object.entries(before?.services ?? {}));
  const there = services.filter(({ name, gitops, stages }) => {
    const was = known.get(name);
    const { repoURL, branch, folder } = was?.values ?? {};
    const isPlace = repoURL === gitops.repoURL && branch === gitops.branch && folder === gitops.folder;
    return isPlace && deployingStages({ stages }).every((stage) => was?.stages[stage.name]?.deploys);
  });
  return new Set(there.map(({ name }) => name));
}

import { z } from "zod";
import { deployingStages, type Plan, type ServicePlan } from "./plan.ts";

const provisionedService = z.object({
  state: z.enum(["active", "decommissioned"]),
  pipeline: z.string(),
  repository: z.string(),
  image: z.string(),
  /** By name, if the service has several. */
  images: z.record(z.string(), z.string()).optional(),
  /**
   * The place of its values files; undefined if they could not be written, or in the output of an older program.
   */
  values: z.object({ repoURL: z.string(), branch: z.string(), folder: z.string() }).optional(),
  /** By name. A Stage that deploys has an Application. */
  stages: z.record(z.string(), z.object({ state: z.enum(["active", "retired"]), deploys: z.boolean() })),
});

/** The name of the stack output that records what an `up` provisioned. */
export const PROVISIONED = "provisioned";

/** The content of that output. */
export const provisionedSchema = z.object({
  protect: z.boolean(),
  /** The parts of the selection that messages need. */
  rollout: z.object({
    percent: z.number(),
    shard: z.object({ index: z.number(), of: z.number(), stack: z.string().optional() }).optional(),
    /** The number of stacks that have the services of this one. */
    shards: z.number().optional(),
  }),
  /** The number of shards of a `fleet reshard` that has not ended. */
  resharding: z.number().optional(),
  services: z.record(z.string(), provisionedService),
  /** The services whose hook is off or deleted. */
  hooksOff: z.array(z.string()),
  /**
   * The services whose hook the engine must drop from its state without deleting it, because GitHub has no such
   * hook or does not let the program change it.
   */
  hooksLost: z.array(z.string()).default([]),
  /** The services that the engine left incomplete. */
  incomplete: z.array(z.string()).default([]),
  /** The owner of the guards; undefined if an older program made them. */
  guards: z.literal("administrator").optional(),
});

/** The record of an `up` that the next one needs to detect losses. */
export type Provisioned = z.output<typeof provisionedSchema>;
export type ProvisionedService = z.output<typeof provisionedService>;

/** Facts about a run that the plan does not contain. */
export type Outcome = Pick<Provisioned, "hooksOff" | "hooksLost" | "incomplete">;

/**
 * The record of a plan.
 * @param seeded whether a service's values files are in their place
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
          ...(warehouse.images && { images: warehouse.images }),
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

/**
 * The record of an `up` of some services, added to that of all earlier ones.
 * @param before undefined if it is the first `up`
 */
export function addedTo(before: Provisioned | undefined, now: Provisioned): Provisioned {
  if (before === undefined) return now;
  const merged = (names: keyof Outcome) => [
    ...before[names].filter((name) => !Object.hasOwn(now.services, name)),
    ...now[names],
  ];
  return {
    ...now,
    // Only an `up` of everything drops the guards that an older program made.
    guards: before.guards,
    services: { ...before.services, ...now.services },
    hooksOff: merged("hooksOff"),
    hooksLost: merged("hooksLost"),
    incomplete: merged("incomplete"),
  };
}

/** What a run does about a service's hook. `lose` drops it from the state without a call to GitHub. */
export type HookStep = "keep" | "lose" | "leave-out";

/**
 * Decides what to do about a service's hook. The engine deletes nothing that its state protects. So one `up` turns
 * the hook of a decommissioned service off and unprotects it, and the next one deletes it. A hook that does not
 * exist is not created. A hook that GitHub does not let anybody change is dropped from the state, also in two
 * steps.
 * @param isMade whether the engine's state has the hook
 * @param isReachable whether GitHub has it and lets the program change it
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

/** The services whose values files an earlier `up` wrote to the place in this plan. */
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

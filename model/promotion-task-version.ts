import { z } from "zod";
import { stableHash } from "./names.ts";

/**
 * The versions of the shared promotion task on every cluster, so that a service can switch between them. A stack may
 * add its own.
 */
export const PROMOTION_TASK_VERSIONS = ["v1", "v2"] as const;

/** The keys that choose the canary services, the same for every kind of rollout. */
export const canaryKeys = {
  canaryPercent: z.number().min(0).max(100).default(0).meta({
    description: "The percentage of canary services, by a stable hash; raising it only adds services.",
  }),
  canaryServices: z.array(z.string()).default([]).meta({ description: "Further canary services, by name." }),
};

/** The services that use the next version of the shared promotion task. */
export const promotionTaskRolloutSchema = z.strictObject({
  stable: z
    .string()
    .default("v1")
    .meta({ description: "The default version: v1, v2 or one of promotionTasks." }),
  canary: z.string().optional().meta({ description: "The canary version." }),
  ...canaryKeys,
});

type PromotionTaskRollout = z.output<typeof promotionTaskRolloutSchema>;

/**
 * Whether a service is a canary.
 * @param salt differs for each rollout, so that not the same services are always canaries
 */
export function isCanary(
  salt: string,
  service: string,
  { canaryPercent, canaryServices }: Pick<PromotionTaskRollout, "canaryPercent" | "canaryServices">,
): boolean {
  return canaryServices.includes(service) || stableHash(salt, service) < (canaryPercent / 100) * 2 ** 32;
}

/** The version that a service uses. */
export function promotionTaskVersion(service: string, rollout: PromotionTaskRollout): string {
  const { stable, canary } = rollout;
  return canary !== undefined && isCanary("promotionTask", service, rollout) ? canary : stable;
}

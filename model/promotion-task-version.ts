import { z } from "zod";
import { stableHash } from "./names.ts";

/** Every version of the shared promotion task that a cluster has, so that a service can move between them. */
export const PROMOTION_TASK_VERSIONS = ["v1", "v2"] as const;
export type PromotionTaskVersion = (typeof PROMOTION_TASK_VERSIONS)[number];

/** Which services try what is next, whatever that is: the same of every change that is rolled out. */
export const canaryKeys = {
  canaryPercent: z.number().min(0).max(100).default(0).meta({
    description: "How many of them, by a stable hash: raising it only adds.",
  }),
  canaryServices: z.array(z.string()).default([]).meta({ description: "These in any case, by name." }),
};

/** Which services use the next version of the shared promotion task. */
export const promotionTaskRolloutSchema = z.strictObject({
  stable: z.enum(PROMOTION_TASK_VERSIONS).default("v1").meta({ description: "What services use." }),
  canary: z.enum(PROMOTION_TASK_VERSIONS).optional().meta({ description: "What some of them try." }),
  ...canaryKeys,
});

export type PromotionTaskRollout = z.output<typeof promotionTaskRolloutSchema>;

/** How the services are chosen that try something. */
export type Canaries = Pick<PromotionTaskRollout, "canaryPercent" | "canaryServices">;

/**
 * Whether a service tries something.
 *
 * @param salt of its own for each thing that is tried, so that not the same services try everything
 */
export function isCanary(
  salt: string,
  service: string,
  { canaryPercent, canaryServices }: Canaries,
): boolean {
  return canaryServices.includes(service) || stableHash(salt, service) < (canaryPercent / 100) * 2 ** 32;
}

/** The version that a service uses. */
export function promotionTaskVersion(service: string, rollout: PromotionTaskRollout): PromotionTaskVersion {
  const { stable, canary } = rollout;
  return canary !== undefined && isCanary("promotionTask", service, rollout) ? canary : stable;
}

import { z } from "zod";
import { stableHash } from "./names.ts";

/** Every version of the shared promotion task that a cluster has, so that a service can move between them. */
export const PROMOTION_TASK_VERSIONS = ["v1", "v2"] as const;
export type PromotionTaskVersion = (typeof PROMOTION_TASK_VERSIONS)[number];

/** Which services use the next version of the shared promotion task. */
export const promotionTaskRolloutSchema = z.strictObject({
  stable: z.enum(PROMOTION_TASK_VERSIONS).default("v1").meta({ description: "What services use." }),
  canary: z.enum(PROMOTION_TASK_VERSIONS).optional().meta({ description: "What some of them try." }),
  canaryPercent: z.number().min(0).max(100).default(0).meta({ description: "How many, by a stable hash." }),
});

export type PromotionTaskRollout = z.output<typeof promotionTaskRolloutSchema>;

/** The version that a service uses. Its hash is its own, so that canaries are not those that percent selects first. */
export function promotionTaskVersion(
  service: string,
  { stable, canary, canaryPercent }: PromotionTaskRollout,
): PromotionTaskVersion {
  const chosen = stableHash("promotionTask", service) < (canaryPercent / 100) * 2 ** 32;
  return canary !== undefined && chosen ? canary : stable;
}

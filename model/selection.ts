import { z } from "zod";
import type { Catalogue } from "./catalogue.ts";
import { freezeSchema } from "./freeze.ts";
import { stableHash } from "./names.ts";
import { promotionTaskRolloutSchema } from "./promotion-task-version.ts";

const selector = z.union([
  z.strictObject({ names: z.array(z.string()).min(1) }),
  z.strictObject({ labels: z.record(z.string(), z.string()) }),
]);

/** Which services of the catalogue a stack gets. */
export const rolloutSchema = z.strictObject({
  include: z.array(selector).default([]).meta({ description: "Any of these. Nothing here means all." }),
  exclude: z.array(selector).default([]).meta({ description: "None of these, whatever include says." }),
  promotionTask: promotionTaskRolloutSchema
    .prefault({})
    .meta({ description: "Which services use which version of the shared promotion task." }),
  percent: z
    .number()
    .min(0)
    .max(100)
    .default(100)
    .meta({ description: "By a stable hash: raising it only adds." }),
  freeze: z
    .array(freezeSchema)
    .default([])
    .meta({ description: "What does not promote by itself for a while." }),
});

export type Rollout = z.output<typeof rolloutSchema>;
export type Selector = z.output<typeof selector>;

/** The names of the services that the stack gets, in the order of the catalogue. */
export function selectServices(services: Catalogue["services"], rollout: Rollout): string[] {
  return Object.entries(services)
    .filter(([name, { labels }]) => {
      const meets = (one: Selector) =>
        "names" in one
          ? one.names.includes(name)
          : Object.entries(one.labels).every(([key, value]) => labels[key] === value);
      const included = rollout.include.length === 0 || rollout.include.some(meets);
      return included && !rollout.exclude.some(meets) && withinPercent(name, rollout.percent);
    })
    .map(([name]) => name);
}

/** Whether a name falls into the first `percent` of the hash's range; true for a percent stays true for a higher. */
export function withinPercent(name: string, percent: number): boolean {
  return stableHash("rollout", name) < (percent / 100) * 2 ** 32;
}

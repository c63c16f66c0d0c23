import { z } from "zod";
import { duration } from "./durations.ts";
import { matching } from "./patterns.ts";

/** Kargo's chart sets a minimum reconcile interval of 5 minutes, so a shorter one has no effect. */
export const warehouseInterval = duration({
  example: "5m or 1h30m",
  least: "5m",
  because: "Kargo's chart sets this minimum, shorter ones have no effect",
});

/** How a Warehouse reads its registry. Keys of a service override those of the stack. */
export const warehouseOptions = z.strictObject({
  interval: warehouseInterval.optional().meta({
    description: "The interval between looks at the registry, at least 5m. Default: the stack's.",
    examples: ["15m", "1h"],
  }),
  discoveryLimit: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "How many tags to keep: 1 to 100. Default: the stack's.", examples: [5] }),
  cacheByTag: z
    .boolean()
    .optional()
    .meta({
      description:
        "Whether a tag always means the same image. Default: the stack's; never for the strategy digest.",
      examples: [true],
    }),
  platform: matching(
    /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/,
    'is not a platform: write for example "linux/amd64".',
  )
    .optional()
    .meta({ description: "The platform of images. Default: any.", examples: ["linux/amd64"] }),
});

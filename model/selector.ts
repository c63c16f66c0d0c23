import { z } from "zod";
import type { Catalogue } from "./catalogue.ts";

export const labelSelector = z.strictObject({
  labels: z
    .record(z.string(), z.string())
    .refine(
      (labels) => Object.keys(labels).length > 0,
      "must name a label: without one it means every service",
    ),
});

export const nameSelector = z.strictObject({ names: z.array(z.string()).min(1) });

/** Selects services by name or by labels. */
export const selector = z.union([nameSelector, labelSelector]);

export type Selector = z.output<typeof selector>;

/** What a selector needs to know about a service. */
export type Labelled = Pick<Catalogue["services"][string], "labels">;

/** Whether a selector matches a service by name or by all of its labels. */
export function meets(selector: Selector, name: string, { labels }: Labelled): boolean {
  return "names" in selector
    ? selector.names.includes(name)
    : Object.entries(selector.labels).every(([key, value]) => labels[key] === value);
}

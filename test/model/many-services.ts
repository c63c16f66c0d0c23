import assert from "node:assert/strict";
import type { BuildTriggersPlan } from "../../model/build-plan.ts";
import { catalogueOf, planOf, stackText } from "../sources.ts";

/** The `webhooks` of a stack with further keys. */
export const WEBHOOKS = (more: string) => `{ url: "https://hooks.acme.example", ${more} }`;

/** This many services without further keys. */
export const many = (count: number): Record<string, object> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`service-number-${index}`, {}]));

/** The build triggers of the stack that has these services. */
export function triggersOf(
  services: Readonly<Record<string, object>>,
  keys: Record<string, string> = {},
): BuildTriggersPlan {
  const triggers = planOf(catalogueOf(services), stackText(keys)).platform?.buildTriggers;
  assert.ok(triggers);
  return triggers;
}

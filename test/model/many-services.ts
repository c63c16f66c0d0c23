import assert from "node:assert/strict";
import type { BuildTriggersPlan } from "../../model/build-plan.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";

/** The `webhooks` of a stack with further keys. */
export const WEBHOOKS = (more: string) => `{ url: "https://hooks.acme.example", ${more} }`;

/** This many entries. */
export const many = (count: number, more: object = {}) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const name = `service-number-${index}`;
      return [name, service(name, more)];
    }),
  );

/** The build triggers of the stack that has these services. */
export function triggersOf(
  services: Readonly<Record<string, object>>,
  keys: Record<string, string> = {},
): BuildTriggersPlan {
  const triggers = planOf(catalogueText(services), stackText(keys)).platform?.buildTriggers;
  assert.ok(triggers);
  return triggers;
}

import assert from "node:assert/strict";
import { filesOf } from "../../../test/files.ts";
import { catalogueText, NOW, service, stackText } from "../../../test/sources.ts";
import { readFleet } from "../../all-stacks.ts";
import type { StackChange } from "../../preview/change.ts";
import { type Compared, compareFleets } from "../../preview/stack-change.ts";

export type Texts = Readonly<Record<string, string>>;

/** The keys of services, by name. */
export type Entries = Readonly<Record<string, object>>;

/** A `services.json` with these services. */
export const catalogueOf = (entries: Entries) =>
  catalogueText(
    Object.fromEntries(Object.entries(entries).map(([name, more]) => [name, service(name, more)])),
  );

/** A folder with one stack `test`. */
export const texts = (services: Entries, keys: Texts = {}): Texts => ({
  "services.json": catalogueOf(services),
  "Pulumi.test.yaml": stackText(keys),
});

/** The stacks of two folders, compared. */
export const compare = (base: Texts, head: Texts): Compared[] =>
  compareFleets(readFleet(filesOf(base), NOW), readFleet(filesOf(head), NOW));

/** The first of these stacks. */
export function only(base: Texts, head: Texts): Compared {
  const [first] = compare(base, head);
  assert.ok(first);
  return first;
}

/** The changed services: `update auth`. */
export const names = ({ services }: StackChange) =>
  services.map(({ action, service }) => `${action} ${service}`);

export const codes = (problems: StackChange["problems"]) => problems.map(({ code }) => code);

import { losses, type Planned } from "../../model/losses.ts";
import { type Provisioned, provisioned } from "../../model/provisioned.ts";
import {
  catalogueText,
  planOf,
  problemText,
  readCatalogueText,
  readStackText,
  service,
  stackText,
} from "../sources.ts";

/** What services say beside their defaults, by name. */
export type Entries = Readonly<Record<string, object>>;
/** Config of a stack beside its defaults. */
export type Keys = Readonly<Record<string, string>>;

/** The services that the last up provisioned. */
export const ALL: Entries = { nginx: {}, auth: {}, docs: {} };

/** A catalogue with these entries. */
export function list(entries: Entries): string {
  return catalogueText(
    Object.fromEntries(Object.entries(entries).map(([name, more]) => [name, service(name, more)])),
  );
}

/** The output that an up of these files leaves. */
export function upOf(entries: Entries = ALL, keys: Keys = {}): Provisioned {
  return provisioned(planOf(list(entries), stackText(keys)));
}

/** What the next run reads and plans. */
export function planned(entries: Entries, keys: Keys = {}): Planned {
  const [catalogue, stack] = [list(entries), stackText(keys)];
  return {
    plan: planOf(catalogue, stack),
    catalogue: readCatalogueText(catalogue),
    config: readStackText(stack),
  };
}

/** The messages of the next up, without the file and position. */
export function said(was: Provisioned, next: Planned): string[] {
  return losses(was, next).map((problem) => problemText(problem).replace(/^[^ ]+ {2}/, ""));
}

/** The messages of the next up, with these files. */
export const lost = (was: Provisioned, entries: Entries, keys: Keys = {}) =>
  said(was, planned(entries, keys));

/** {@link ALL} without one of them. */
export function without(name: string): Entries {
  return Object.fromEntries(Object.entries(ALL).filter(([key]) => key !== name));
}

/** How a message says what a lost service loses. */
export const KARGO = "its Kargo Project would be deleted, with its Freight, approvals and history";
/** A stage that promotes and syncs by itself, in a stack file. */
export const stage = (name: string, more = "") => `{ stage: ${name}, promotion: auto, sync: auto${more} }`;
/** The `pipelines` of a stack: the stages of each. */
export const pipelines = (all: Readonly<Record<string, readonly string[]>>) => ({
  pipelines: `{ ${Object.entries(all)
    .map(([name, stages]) => `${name}: [${stages.join()}]`)
    .join()} }`,
});

import { losses, type PlanWithFiles } from "../../model/losses.ts";
import { type Provisioned, provisioned } from "../../model/provisioned.ts";
import { catalogueOf, planOf, problemText, readCatalogueText, readStackText, stackText } from "../sources.ts";

/** The non-default keys of services, by name. */
export type Entries = Readonly<Record<string, object>>;
/** The non-default config of a stack. */
export type Keys = Readonly<Record<string, string>>;

/** The services that the last up provisioned. */
export const ALL: Entries = { nginx: {}, auth: {}, docs: {} };

/** The output that an up of these files leaves. */
export function upOf(entries: Entries = ALL, keys: Keys = {}): Provisioned {
  return provisioned(planOf(catalogueOf(entries), stackText(keys)));
}

/** The input and plan of the next run. */
export function planned(entries: Entries, keys: Keys = {}): PlanWithFiles {
  const [catalogue, stack] = [catalogueOf(entries), stackText(keys)];
  return {
    plan: planOf(catalogue, stack),
    catalogue: readCatalogueText(catalogue),
    config: readStackText(stack),
  };
}

/** The messages of the next up, without the file and position. */
export function said(was: Provisioned, next: PlanWithFiles): string[] {
  return losses(was, next).map((problem) => problemText(problem).replace(/^[^ ]+ {2}/, ""));
}

/** The messages of the next up, with these files. */
export const lost = (was: Provisioned, entries: Entries, keys: Keys = {}) =>
  said(was, planned(entries, keys));

/** {@link ALL} without one of them. */
export function without(name: string): Entries {
  return Object.fromEntries(Object.entries(ALL).filter(([key]) => key !== name));
}

/** The message's text about the loss of a service. */
export const KARGO = "its Kargo Project would be deleted, with its Freight, approvals and history";
/** The `pipelines` of a stack with these stages. */
export const pipelines = (all: Readonly<Record<string, readonly string[]>>) => ({
  pipelines: `{ ${Object.entries(all)
    .map(([name, stages]) => `${name}: [${stages.join()}]`)
    .join()} }`,
});

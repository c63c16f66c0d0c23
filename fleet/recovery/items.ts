import { nameOf } from "../engine-events.ts";
import { inParallel } from "../parallel.ts";
import type { Taken } from "./import-file.ts";
import { describe, type Planned } from "./planned.ts";
import type { Tools } from "./tools.ts";
import { type Found, type Verdict, verdict } from "./verdicts.ts";

/** A planned resource that is missing from the state, and what was found of it. */
export interface Item {
  readonly planned: Planned;
  /** For people: `Stage kargo-nginx/dev`. */
  readonly what: string;
  /** The Pulumi name: `nginx/stage-dev`. */
  readonly resource: string;
  readonly found: Found | undefined;
  readonly verdict: Verdict;
  /** The ids of other hooks with the same address. */
  readonly twins: readonly string[];
}

const AT_ONCE = 16;

/** Looks for each of the planned resources. @throws FleetError if the API server or GitHub does not answer */
export async function findItems(
  planned: readonly Planned[],
  { objects, owner, openHooks, tick }: Tools,
  command: "adopt" | "recover",
): Promise<Item[]> {
  const findHooks = await openHooks();
  const steps = planned.map((each) => async (): Promise<Item> => {
    const [found, ...twins] = each.is === "hook" ? await findHooks(each) : [await objects.find(each)];
    return {
      planned: each,
      what: describe(each, owner),
      resource: nameOf(each.creation.urn),
      found,
      verdict: verdict(each, found),
      twins: twins.flatMap((twin) => twin?.id ?? []),
    };
  });
  return await inParallel(steps, AT_ONCE, (done) => tick(`${command}: ${done} of ${planned.length}`));
}

/** Our resources, ready for the import. */
export function takenItems(items: readonly Item[]): Taken[] {
  return items.flatMap(({ planned: { creation }, verdict }) =>
    verdict.is === "ours" ? [{ creation, id: verdict.id }] : [],
  );
}

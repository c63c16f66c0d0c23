import type { EngineStep, FleetReport, ObjectChange, StackReport } from "../preview/change.ts";
import { objectEntry, stepEntry } from "./object-entries.ts";
import { serviceWords } from "./service-words.ts";
import { changingSteps, kindOf, serviceOf } from "./steps.ts";
import { servicesOf } from "./verdict.ts";
import { shortened } from "./warnings.ts";

/** Services with the same changes, and the changed fields of all of them. */
interface ServiceBlock {
  readonly services: readonly string[];
  readonly stacks: readonly string[];
  /** Markdown. */
  readonly words: readonly string[];
  /** Lines of a diff, not yet in a code block. */
  readonly entries: readonly string[];
}

/** The changes of every touched service, grouped by equal sentences across all stacks. */
export function serviceBlocks(report: FleetReport): ServiceBlock[] {
  const all = report.stacks.flatMap((stack) =>
    touchedServices(stack, report).map(({ service, change, steps, words }) => ({
      stack: stack.change.stack,
      service,
      words,
      entries: entriesOf(change?.objects ?? [], steps),
    })),
  );
  return [...Map.groupBy(all, ({ words }) => JSON.stringify(words)).values()].map((group) => ({
    services: [...new Set(group.map(({ service }) => service))],
    stacks: [...new Set(group.map(({ stack }) => stack))],
    words: group[0]?.words ?? [],
    entries: onceEach(group, report.stacks.length > 1),
  }));
}

/** The changes of a stack's shared resources. */
export function sharedEntries(report: FleetReport): string[] {
  const all = report.stacks.map((stack) => ({
    stack: stack.change.stack,
    entries: entriesOf(stack.change.shared, sharedSteps(stack)),
  }));
  return onceEach(all, report.stacks.length > 1);
}

/** The services of a stack that a plan or the engine changes, with their sentences. */
export function touchedServices(stack: StackReport, { tense }: FleetReport) {
  const all = Map.groupBy(changingSteps(stack.engine?.steps ?? []), serviceOf);
  const changes = new Map(stack.change.services.map((each) => [each.service, each]));
  return servicesOf(stack).map((service) => {
    const [change, steps] = [changes.get(service), all.get(service) ?? []];
    return { service, change, steps, words: serviceWords(change, steps, tense === "done") };
  });
}

/** The engine's steps on what services share. */
export function sharedSteps({ engine }: StackReport): EngineStep[] {
  return changingSteps(engine?.steps ?? []).filter((step) => serviceOf(step) === undefined);
}

type Entry = (where: string) => string;

/** The changed objects of the plans, and further steps of the engine. */
function entriesOf(objects: readonly ObjectChange[], steps: readonly EngineStep[]): Entry[] {
  const kinds = new Set(objects.map(({ kind }) => kind));
  return [
    ...objects.map(
      (object): Entry =>
        (where) =>
          objectEntry(object, where),
    ),
    ...steps
      .filter((step) => !kinds.has(kindOf(step)))
      .map(
        (step): Entry =>
          (where) =>
            stepEntry(step, where),
      ),
  ];
}

/** Each entry once, with its stacks if there are several. */
function onceEach(
  all: readonly { readonly stack: string; readonly entries: readonly Entry[] }[],
  manyStacks: boolean,
): string[] {
  const said = all.flatMap(({ stack, entries }) =>
    entries.map((entry) => ({ text: entry(""), entry, stack })),
  );
  const same = Map.groupBy(said, ({ text }) => text);
  if (!manyStacks) return [...same.keys()];
  return [...same.values()].flatMap((group) => {
    const stacks = new Set(group.map(({ stack }) => stack));
    return group.slice(0, 1).map(({ entry }) => entry(` (${[...stacks].join(", ")})`));
  });
}

/** `**nginx, auth and 3 more** (prod-eu)`. */
export function blockTitle({ services, stacks }: ServiceBlock, most: number, manyStacks: boolean): string {
  return `**${shortened(services, most)}**${manyStacks ? ` (${shortened(stacks, most)})` : ""}`;
}

import type { EngineStep, FleetReport, ObjectChange, StackReport } from "../preview/change.ts";
import { objectEntry, stepEntry } from "./object-entries.ts";
import { serviceWords } from "./service-words.ts";
import { kindOf, serviceOf, touching } from "./steps.ts";
import { servicesOf } from "./verdict.ts";
import { shortened } from "./warnings.ts";

/** What some services change in the same words, and the fields of all of them. */
export interface ServiceBlock {
  readonly services: readonly string[];
  readonly stacks: readonly string[];
  /** Markdown. */
  readonly words: readonly string[];
  /** Lines of a diff, not yet fenced. */
  readonly entries: readonly string[];
}

/** What every touched service changes: those that say the same together, on all stacks. */
export function serviceBlocks(report: FleetReport): ServiceBlock[] {
  const all = report.stacks.flatMap((stack) => {
    const steps = stepsByService(stack);
    const changes = new Map(stack.change.services.map((each) => [each.service, each]));
    return servicesOf(stack).map((service) => {
      const change = changes.get(service);
      const own = steps.get(service) ?? [];
      const words = serviceWords(change, own, report.tense === "done");
      return { stack: stack.change.stack, service, words, entries: entriesOf(change?.objects ?? [], own) };
    });
  });
  return [...Map.groupBy(all, ({ words }) => JSON.stringify(words)).values()].map((group) => ({
    services: [...new Set(group.map(({ service }) => service))],
    stacks: [...new Set(group.map(({ stack }) => stack))],
    words: group[0]?.words ?? [],
    entries: onceEach(group, report.stacks.length > 1),
  }));
}

/** What all services of a stack share. */
export function sharedEntries(report: FleetReport): string[] {
  const all = report.stacks.map((stack) => ({
    stack: stack.change.stack,
    entries: entriesOf(
      stack.change.shared,
      touching(stack.engine?.steps ?? []).filter((step) => serviceOf(step) === undefined),
    ),
  }));
  return onceEach(all, report.stacks.length > 1);
}

export function stepsByService({ engine }: StackReport): Map<string, EngineStep[]> {
  const steps = new Map<string, EngineStep[]>();
  for (const step of touching(engine?.steps ?? [])) {
    const service = serviceOf(step);
    if (service === undefined) continue;
    const own = steps.get(service);
    if (own === undefined) steps.set(service, [step]);
    else own.push(step);
  }
  return steps;
}

type Entry = (where: string) => string;

/** The objects of the plans, and what the engine touches beside them. */
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

/** Each entry once, with the stacks that it is of where there are several. */
function onceEach(
  all: readonly { readonly stack: string; readonly entries: readonly Entry[] }[],
  manyStacks: boolean,
): string[] {
  const same = new Map<string, { entry: Entry; stacks: string[] }>();
  for (const { stack, entries } of all) {
    for (const entry of entries) {
      const text = entry("");
      const found = same.get(text);
      if (found === undefined) same.set(text, { entry, stacks: [stack] });
      else found.stacks.push(stack);
    }
  }
  if (!manyStacks) return [...same.keys()];
  return [...same.values()].map(({ entry, stacks }) => entry(` (${[...new Set(stacks)].join(", ")})`));
}

/** `**nginx, auth and 3 more** (prod-eu)`. */
export function blockTitle({ services, stacks }: ServiceBlock, most: number, manyStacks: boolean): string {
  return `**${shortened(services, most)}**${manyStacks ? ` (${shortened(stacks, most)})` : ""}`;
}

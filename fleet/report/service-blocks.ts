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

/** The changes of a stack's shared resources. */
export function sharedEntries(report: FleetReport): string[] {
  const all = report.stacks.map((stack) => ({
    stack: stack.change.stack,
    entries: entriesOf(
      stack.change.shared,
      changingSteps(stack.engine?.steps ?? []).filter((step) => serviceOf(step) === undefined),
    ),
  }));
  return onceEach(all, report.stacks.length > 1);
}

export function stepsByService({ engine }: StackReport): Map<string, EngineStep[]> {
  const steps = new Map<string, EngineStep[]>();
  for (const step of changingSteps(engine?.steps ?? [])) {
    const service = serviceOf(step);
    if (service === undefined) continue;
    const own = steps.get(service);
    if (own === undefined) steps.set(service, [step]);
    else own.push(step);
  }
  return steps;
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

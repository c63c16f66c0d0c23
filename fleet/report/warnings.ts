import { WARNING_KINDS, type WarningKind } from "../../model/change-classes.ts";
import type { FleetReport } from "../preview/change.ts";
import { accessChanges } from "./access-changes.ts";
import { number } from "./counts.ts";
import { engineLosses } from "./engine-losses.ts";
import { listed, named } from "./escape.ts";
import { inputSentences } from "./input-sentences.ts";
import { removalSentences } from "./removals.ts";
import type { Sentence } from "./sentence.ts";

/** One sentence with all services and stacks to which it applies. */
interface WarningLine extends Omit<Sentence, "service"> {
  readonly services: readonly string[];
  readonly stacks: readonly string[];
}

/** The number of warnings by kind. Rights of added or removed services are not counted. */
export type WarningCounts = Readonly<Record<WarningKind, number>>;

/** All warnings: deletions first, expected changes last. */
export function warningLines(report: FleetReport): WarningLine[] {
  const all = report.stacks.flatMap((stack) => {
    const { change } = stack;
    const said = [
      ...removalSentences(change),
      ...accessChanges(change),
      ...inputSentences(change),
      ...engineLosses(stack, report),
    ];
    return said.map((each) => ({ ...each, stack: change.stack }));
  });
  // Groups equal sentences by service within a stack, then across stacks with the same services.
  const byServices = [...Map.groupBy(all, (one) => key([one.stack, ...text(one)])).values()];
  const lines = byServices.flatMap((group) => {
    const services = [...new Set(group.flatMap(({ service }) => service ?? []))];
    return group.slice(0, 1).map((first) => ({ ...first, services }));
  });
  const byStacks = [...Map.groupBy(lines, (line) => key([...text(line), ...line.services])).values()];
  const merged = byStacks.flatMap((group): WarningLine[] => {
    const stacks = group.map(({ stack }) => stack);
    return group.slice(0, 1).map(({ service: _, stack: __, ...first }) => ({ ...first, stacks }));
  });
  const rank = (line: WarningLine) =>
    WARNING_KINDS.indexOf(line.kind) + (line.expected ? WARNING_KINDS.length : 0);
  return merged.sort((a, b) => rank(a) - rank(b));
}

function text({ kind, start, end, ends, expected }: Omit<Sentence, "service">): string[] {
  return [kind, start, end, ends, String(expected)];
}

function key(parts: readonly string[]): string {
  return JSON.stringify(parts);
}

/** Counts the warnings of each kind, once per service and stack. */
export function warningCounts(lines: readonly WarningLine[]): WarningCounts {
  const count = (kind: WarningKind) =>
    lines
      .filter((line) => line.kind === kind && !line.expected)
      .reduce((sum, { services, stacks }) => sum + Math.max(1, services.length) * stacks.length, 0);
  return Object.fromEntries(WARNING_KINDS.map((kind) => [kind, count(kind)])) as Record<WarningKind, number>;
}

/**
 * The sentence as Markdown.
 * @param most the maximum number of names
 * @param manyStacks whether to name the stacks
 */
export function warningText(line: WarningLine, most: number, manyStacks: boolean): string {
  const { start, services, end, ends, stacks } = line;
  const where = manyStacks ? ` (${shortened(stacks, most)})` : "";
  return `${start}${services.length === 0 ? "" : shortened(services, most)}${services.length > 1 ? ends : end}${where}`;
}

/** `a, b and 4,998 more`. */
export function shortened(names: readonly string[], most: number): string {
  if (names.length <= most) return listed(names);
  return `${names.slice(0, most).map(named).join(", ")} and ${number(names.length - most)} more`;
}

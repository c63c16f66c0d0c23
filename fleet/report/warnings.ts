import type { FleetReport } from "../preview/change.ts";
import { accessChanges } from "./access-changes.ts";
import { number } from "./counts.ts";
import { departures } from "./departures.ts";
import { engineLosses } from "./engine-losses.ts";
import { listed, named } from "./escape.ts";
import { inputSentences } from "./input-sentences.ts";
import { LOUD_KINDS, type LoudKind, type Sentence } from "./sentence.ts";

/** One sentence, of all services and stacks that it is true of. */
export interface LoudLine extends Omit<Sentence, "service"> {
  readonly services: readonly string[];
  readonly stacks: readonly string[];
}

/** How many of each kind there are; what comes or goes with a service is no change of access. */
export type WarningCounts = Readonly<Record<LoudKind, number>>;

/** Everything that must not be overlooked, deletions first, what is only to be expected last. */
export function warningLines(report: FleetReport): LoudLine[] {
  const all = report.stacks.flatMap((stack) => {
    const { change } = stack;
    const said = [
      ...departures(change),
      ...accessChanges(change),
      ...inputSentences(change),
      ...engineLosses(stack, report),
    ];
    return said.map((each) => ({ ...each, stack: change.stack }));
  });
  // Once of all services of a stack, then of all stacks where the same services say the same.
  const byServices = [...Map.groupBy(all, (one) => key([one.stack, ...text(one)])).values()];
  const lines = byServices.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const services = [...new Set(group.flatMap(({ service }) => service ?? []))];
    return [{ ...first, services }];
  });
  const byStacks = [...Map.groupBy(lines, (line) => key([...text(line), ...line.services])).values()];
  const merged = byStacks.flatMap((group): LoudLine[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { kind, start, end, ends, expected, services } = first;
    return [{ kind, start, end, ends, expected, services, stacks: group.map(({ stack }) => stack) }];
  });
  const rank = (line: LoudLine) => LOUD_KINDS.indexOf(line.kind) + (line.expected ? LOUD_KINDS.length : 0);
  return merged.sort((a, b) => rank(a) - rank(b));
}

function text({ kind, start, end, ends, expected }: Omit<Sentence, "service">): string[] {
  return [kind, start, end, ends, String(expected)];
}

function key(parts: readonly string[]): string {
  return JSON.stringify(parts);
}

/** How often each kind is said, a service and a stack once each. */
export function warningCounts(lines: readonly LoudLine[]): WarningCounts {
  const count = (kind: LoudKind) =>
    lines
      .filter((line) => line.kind === kind && !line.expected)
      .reduce((sum, { services, stacks }) => sum + Math.max(1, services.length) * stacks.length, 0);
  return Object.fromEntries(LOUD_KINDS.map((kind) => [kind, count(kind)])) as Record<LoudKind, number>;
}

/**
 * The sentence as Markdown.
 *
 * @param most how many names it gives at most
 * @param manyStacks whether a reader must be told which stacks it is true of
 */
export function warningText(line: LoudLine, most: number, manyStacks: boolean): string {
  const { start, services, end, ends, stacks } = line;
  const where = manyStacks ? ` (${shortened(stacks, most)})` : "";
  return `${start}${services.length === 0 ? "" : shortened(services, most)}${services.length > 1 ? ends : end}${where}`;
}

/** `a, b and 4,998 more`. */
export function shortened(names: readonly string[], most: number): string {
  if (names.length <= most) return listed(names);
  return `${names.slice(0, most).map(named).join(", ")} and ${number(names.length - most)} more`;
}

import { type ClosingRule, periodsText } from "../../model/calendar.ts";
import { isClosed, nextChange } from "../../model/closed-now.ts";
import { visible } from "../report/escape.ts";
import type { LineChange } from "./line.ts";

type RuleState = ReturnType<typeof stateOf>;

/** A rule at a moment: whether it closes something, and when that changes; undefined if nobody knows, or never. */
export function stateOf(rule: ClosingRule, now: Date) {
  return { rule, closed: isClosed(rule, now), next: nextChange(rule, now) };
}

/** One line per rule: `closed  window-0  prod of every service  until 2026-11-30 08:00 UTC  office hours (…)`. */
export function ruleLine({ rule, closed, next }: RuleState): string {
  const { id, stages, services, reason, open, by } = rule;
  const which = stages.length === 0 ? "every Stage" : stages.join(", ");
  const whose = services.length === 0 ? "every service" : services.join(", ");
  const more = [
    ...(open ? [`open ${periodsText(open)} ${open.zone}`] : []),
    ...(by === undefined ? [] : [`by ${by}`]),
  ];
  const until = next
    ? `until ${next.toISOString().slice(0, 16).replace("T", " ")} UTC`
    : "without a known end";
  const state = closed ? "closed" : "open";
  const line = [
    state.padEnd(6),
    id.padEnd(9),
    `${which} of ${whose}`,
    until,
    `${reason}${more.length > 0 ? ` (${more.join("; ")})` : ""}`,
  ].join("  ");
  // The guard lets a reason contain what a terminal would obey.
  return visible(line);
}

export function ruleJson({ rule, closed, next }: RuleState): object {
  return { ...rule, closed, next: next?.toISOString() };
}

/** Prints the stops before and after a change. */
export function tellChange(
  { before, after }: LineChange,
  { json, dryRun }: { readonly json: boolean; readonly dryRun: boolean },
): void {
  const now = new Date();
  const all = (rules: readonly ClosingRule[]) => rules.map((rule) => stateOf(rule, now));
  const lines = (rules: readonly ClosingRule[]) =>
    rules.length === 0 ? ["  nothing is stopped"] : all(rules).map((state) => `  ${ruleLine(state)}`);
  const text = json
    ? JSON.stringify({ dryRun, before: all(before).map(ruleJson), after: all(after).map(ruleJson) }, null, 2)
    : ["Before:", ...lines(before), dryRun ? "After (dry run):" : "After:", ...lines(after)].join("\n");
  process.stdout.write(`${text}\n`);
}

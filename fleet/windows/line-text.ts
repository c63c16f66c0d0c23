import type { ClosingRule } from "../../model/calendar.ts";
import type { LineChange } from "./line.ts";
import { ruleJson, ruleLine, stateOf } from "./rules-text.ts";

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

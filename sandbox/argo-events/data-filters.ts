import { RE2JS } from "re2js";
import type { JsonValue } from "./go-json.ts";
import { boolOf, numberOf, parseBool, parseFloat64 } from "./go-values.ts";
import { find, textOf } from "./json-path.ts";
import type { DataFilter, Dependency } from "./sensors.ts";

/** Whether an event passes, and, where it does not, why. */
export type Verdict = { readonly passes: true } | { readonly passes: false; readonly why: string };

const PASSES: Verdict = { passes: true };

/** What one filter says: yes, no, or that it could not be applied, which counts as no. */
type Answer = { readonly matches: boolean } | { readonly error: string };

/**
 * A dependency's filters over an event's data, as Argo Events' pkg/sensors/dependencies/filter.go applies them.
 * Without any, everything passes.
 *
 * @throws Refusal for a path or a number beyond what the evaluator knows
 */
export function applyFilters(dependency: Dependency, data: JsonValue): Verdict {
  const filters = dependency.filters;
  if (filters === undefined) return PASSES;
  if (filters.data === undefined || filters.data.length === 0) {
    return dependency.filtersLogicalOperator === "or"
      ? { passes: false, why: "filtersLogicalOperator is or, and there is no filter to pass" }
      : PASSES;
  }
  return filters.dataLogicalOperator === "or" ? anyOf(filters.data, data) : allOf(filters.data, data);
}

function allOf(filters: readonly DataFilter[], data: JsonValue): Verdict {
  for (const filter of filters) {
    const answer = applyOne(filter, data);
    if ("error" in answer) return { passes: false, why: `${filter.path}: ${answer.error}` };
    if (!answer.matches) return { passes: false, why: `${filter.path} is not ${expectation(filter)}` };
  }
  return PASSES;
}

function anyOf(filters: readonly DataFilter[], data: JsonValue): Verdict {
  const errors: string[] = [];
  for (const filter of filters) {
    const answer = applyOne(filter, data);
    if ("error" in answer) errors.push(`${filter.path}: ${answer.error}`);
    else if (answer.matches) return PASSES;
  }
  return { passes: false, why: ["none of the filters matches", ...errors].join("; ") };
}

function expectation({ type, value, comparator }: DataFilter): string {
  return `${type} ${comparator === "" ? "=" : comparator} ${value.join(" or ")}`;
}

function applyOne(filter: DataFilter, data: JsonValue): Answer {
  const found = find(data, filter.path);
  if (found === undefined) return { error: "the path does not exist" };
  switch (filter.type) {
    case "bool":
      return someValue(filter, (text) => {
        const wanted = parseBool(text);
        return wanted === undefined
          ? { error: `${JSON.stringify(text)} is no boolean` }
          : { matches: wanted === boolOf(found) };
      });
    case "number":
      return someValue(filter, (text) => {
        const wanted = parseFloat64(text);
        return wanted === undefined
          ? { error: `${JSON.stringify(text)} is no number` }
          : { matches: compare(numberOf(found), filter.comparator, wanted) };
      });
    case "string":
      return someValue(filter, (text) => matchText(textOf(found), filter.comparator, text));
    default:
      return { error: `unsupported JSON type ${JSON.stringify(filter.type)}` };
  }
}

/** The values are tried in turn; one that cannot be applied ends it, unless an earlier one matched. */
function someValue({ value }: DataFilter, test: (text: string) => Answer): Answer {
  for (const text of value) {
    const answer = test(text);
    if ("error" in answer || answer.matches) return answer;
  }
  return { matches: false };
}

function compare(left: number, comparator: string, right: number): boolean {
  switch (comparator) {
    case ">=":
      return left >= right;
    case ">":
      return left > right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case "!=":
      return left !== right;
    default:
      return left === right;
  }
}

/** A value is a regular expression of Go's, looked for anywhere in the text. Of the comparators it knows `=` and `!=`. */
function matchText(text: string, comparator: string, pattern: string): Answer {
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(pattern);
  } catch (error) {
    return { error: `${JSON.stringify(pattern)} is no regular expression: ${(error as Error).message}` };
  }
  const match = expression.matcher(text).find();
  if (comparator === "!=") return { matches: !match };
  return { matches: match && (comparator === "" || comparator === "=") };
}

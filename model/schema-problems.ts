import { z } from "zod";
import { type DocumentPath, didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import type { ProblemCode } from "./problem-codes.ts";

/** The result of reading: the value of the valid part, and every problem of the rest. */
export interface Reading<Value> {
  /** `undefined` if too little is valid. */
  readonly value: Value | undefined;
  readonly problems: readonly Problem[];
  readonly document: SourceDocument;
}

/**
 * Validates a value with a strict schema. Returns the value, or every problem with its position: unknown keys (with
 * the nearest known one), wrong types, violated rules.
 * @param rename converts a path of the schema to one of the file
 */
export function readBySchema<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  document: SourceDocument,
  rename: (path: DocumentPath) => DocumentPath = (path) => path,
): Reading<z.output<Schema>> & { readonly issues: readonly z.core.$ZodIssue[] } {
  const result = schema.safeParse(value, { error: inOurWords, reportInput: true });
  if (result.success) return { value: result.data, problems: [], document, issues: [] };
  const { issues } = result.error;
  const problems = issues.flatMap((issue) => describe(schema, issue, document, rename));
  return { value: undefined, problems, document, issues };
}

type Rename = (path: DocumentPath) => DocumentPath;

function describe(
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  document: SourceDocument,
  rename: Rename,
): Problem[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  const at = (code: ProblemCode, message: string, fix: string) => [
    problem(code, document, rename(path), sentence(message), fix),
  ];
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(schema, path);
      return issue.keys.map((key) => {
        const message = `${JSON.stringify(key)} is not a valid key here (there are: ${listed(known)}).`;
        const fix = didYouMean(key, known) ?? "Remove it.";
        return problem("KF010", document, rename([...path, key]), message, fix, "key");
      });
    }
    case "invalid_key":
      return issue.issues.map(({ message }) =>
        problem("KF014", document, rename(path), sentence(message), "Rename it.", "key"),
      );
    case "invalid_union": {
      const meant = complaintsOfUnion(issue.errors);
      if (meant)
        return meant.flatMap((inner) =>
          describe(schema, { ...inner, path: [...issue.path, ...inner.path] }, document, rename),
        );
      const keys = keysAt(schema, path);
      if (keys.length === 0) return at("KF015", issue.message, "Change it to fit the rule.");
      return at(
        "KF015",
        `takes exactly one of these keys: ${listed(keys)}.`,
        "Write one of them and no other.",
      );
    }
    case "invalid_type":
      return isMissing(issue)
        ? at("KF011", issue.message, "Add it.")
        : at("KF012", issue.message, "Write it as that type.");
    default:
      return at("KF013", issue.message, "Change it to fit the rule.");
  }
}

type Complaints = readonly z.core.$ZodIssue[];

/**
 * The problem of a value that matches no form of a union: it is no object, it has keys that no form knows, or it
 * violates the form whose keys it has. Undefined if it has the keys of no form, or of several.
 */
function complaintsOfUnion(forms: readonly Complaints[]): Complaints | undefined {
  const ofItself = ({ path, code }: z.core.$ZodIssue, wanted: string) => path.length === 0 && code === wanted;
  const wrongType = forms.map((form) => form.find((issue) => ofItself(issue, "invalid_type")));
  if (wrongType[0] && wrongType.every((issue) => issue !== undefined)) return [wrongType[0]];
  const strange = forms.map((form) => form.find((issue) => ofItself(issue, "unrecognized_keys")));
  const [first] = strange;
  if (first?.code === "unrecognized_keys") {
    const keys = first.keys.filter((key) =>
      strange.every((issue) => issue?.code === "unrecognized_keys" && issue.keys.includes(key)),
    );
    if (keys.length > 0) return [{ ...first, keys }];
  }
  return forms
    .filter((form) =>
      form.every((issue) => issue.path.length > 1 || (issue.path.length === 1 && !isMissing(issue))),
    )
    .sort((a, b) => a.length - b.length)[0];
}

function isMissing({ code, input }: z.core.$ZodIssue): boolean {
  return code === "invalid_type" && input === undefined;
}

/** The message for a schema without its own. */
function inOurWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? `is missing; a value of type ${issue.expected} is required.`
        : `must be of type ${issue.expected}, received ${z.core.util.parsedType(issue.input)}.`;
    case "invalid_value":
      return oneOf(issue.values);
    case "too_big":
      return limit(issue, issue.inclusive ? "at most" : "less than", issue.maximum);
    case "too_small":
      return limit(issue, issue.inclusive ? "at least" : "more than", issue.minimum);
    case "invalid_union":
      return Array.isArray(issue.options) ? oneOf(issue.options) : "fits none of the allowed forms.";
    default:
      return "fits none of the allowed forms.";
  }
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.map((value) => JSON.stringify(value)).join(", ");
  return `must be ${values.length === 1 ? "" : "one of "}${shown}.`;
}

const COUNTED: Readonly<Record<string, string>> = { string: "characters", array: "items" };

function limit({ origin }: { readonly origin: string }, bound: string, value: number | bigint): string {
  const unit = COUNTED[origin];
  return unit === undefined ? `must be ${bound} ${value}.` : `must have ${bound} ${value} ${unit}.`;
}

function sentence(message: string): string {
  return /[.!?)]$/.test(message) ? message : `${message}.`;
}

/** The keys that the schema knows at a path, looking through defaults, options, maps and unions. */
function keysAt(schema: z.ZodType, path: DocumentPath): string[] {
  return [
    ...new Set(
      reach(schema, path).flatMap((found) => (found instanceof z.ZodObject ? Object.keys(found.shape) : [])),
    ),
  ];
}

function reach(schema: unknown, path: DocumentPath): unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return reach(schema.def.innerType, path);
  }
  if (schema instanceof z.ZodPipe) return reach(schema.def.in, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option: unknown) => reach(option, path));
  const [head, ...rest] = path;
  if (head === undefined) return [schema];
  if (schema instanceof z.ZodObject) return reach(schema.shape[String(head)], rest);
  if (schema instanceof z.ZodRecord) return reach(schema.valueType, rest);
  if (schema instanceof z.ZodArray) return reach(schema.element, rest);
  return [];
}

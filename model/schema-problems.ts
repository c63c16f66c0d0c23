import { z } from "zod";
import { type DocumentPath, didYouMean, formatPath, listed, type Problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";

/** What reading gave: the value (of the part that is right), and every problem of the rest. */
export interface Reading<Value> {
  /** `undefined` where too little was right to go on. */
  readonly value: Value | undefined;
  readonly problems: readonly Problem[];
  readonly document: SourceDocument;
}

/**
 * Reads a value by a strict schema: the value, or every problem that the schema found, each at its place in the
 * file: unknown keys by name (with the nearest known one), wrong types, values against their rule.
 *
 * @param rename turns a path of the schema into one of the file
 */
export function readBySchema<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  document: SourceDocument,
  rename: (path: DocumentPath) => DocumentPath = (path) => path,
): Reading<z.output<Schema>> & { readonly issues: readonly z.core.$ZodIssue[] } {
  const result = schema.safeParse(value);
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
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(schema, path);
      return issue.keys.map((key) => ({
        place: document.place(rename([...path, key]), "key"),
        path: formatPath(rename([...path, key])),
        message: `${JSON.stringify(key)} is no key here (there are: ${listed(known)}).`,
        wayOut: didYouMean(key, known) ?? "Remove it.",
      }));
    }
    case "invalid_key":
      return issue.issues.map((inner) => ({
        place: document.place(rename(path), "key"),
        path: formatPath(rename(path)),
        message: sentence(inner.message),
        wayOut: "Rename it.",
      }));
    case "invalid_union": {
      const branch = nearestBranch(issue.errors);
      if (branch)
        return branch.flatMap((inner) =>
          describe(schema, { ...inner, path: [...issue.path, ...inner.path] }, document, rename),
        );
      return [problemAt(document, rename(path), issue.message, "Write it in one of the allowed forms.")];
    }
    default:
      return [problemAt(document, rename(path), issue.message, wayOutOf(issue))];
  }
}

/** Of a union's failed forms, the one that got furthest: its complaints are about what the person meant. */
function nearestBranch(
  errors: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  return errors
    .filter(
      (branch) =>
        branch.every(({ path }) => path.length > 0) ||
        branch.every(({ code }) => code === "unrecognized_keys"),
    )
    .sort((a, b) => a.length - b.length)[0];
}

function problemAt(document: SourceDocument, path: DocumentPath, message: string, wayOut: string): Problem {
  return { place: document.place(path), path: formatPath(path), message: sentence(message), wayOut };
}

function wayOutOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type") return "Change it to fit the rule.";
  return isMissing(issue) ? "Add it." : "Write it as that type.";
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.message.endsWith("received undefined");
}

/** zod's `Invalid input: expected string, received undefined` in a person's words. */
function sentence(message: string): string {
  const missing = /^Invalid input: expected (\w+), received undefined$/.exec(message);
  if (missing) return `is missing; a value of type ${missing[1]} is required.`;
  const plain = message
    .replace(/^Invalid input: expected/, "must be of type")
    .replace(/^Invalid (input|discriminator value)[:.]? ?/, "");
  if (plain === "") return "fits none of the allowed forms.";
  return /[.!?)]$/.test(plain) ? plain : `${plain}.`;
}

/** The keys that the schema knows at a path, looking through defaults, options, maps and unions. */
export function keysAt(schema: z.ZodType, path: DocumentPath): string[] {
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

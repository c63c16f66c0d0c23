import { z } from "zod";
import { type DocumentPath, didYouMean, formatPath, listed, type Problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import type { ProblemCode } from "./problem-codes.ts";

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
        code: "KF010",
        place: document.place(rename([...path, key]), "key"),
        path: formatPath(rename([...path, key])),
        message: `${JSON.stringify(key)} is no key here (there are: ${listed(known)}).`,
        fix: didYouMean(key, known) ?? "Remove it.",
      }));
    }
    case "invalid_key":
      return issue.issues.map((inner) => ({
        code: "KF014",
        place: document.place(rename(path), "key"),
        path: formatPath(rename(path)),
        message: sentence(inner.message),
        fix: "Rename it.",
      }));
    case "invalid_union": {
      const meant = complaintsOfUnion(issue.errors);
      if (meant)
        return meant.flatMap((inner) =>
          describe(schema, { ...inner, path: [...issue.path, ...inner.path] }, document, rename),
        );
      const keys = keysAt(schema, path);
      if (keys.length === 0) return [problemAt("KF015", document, rename(path), issue.message, fixOf(issue))];
      const message = `takes exactly one of these keys: ${listed(keys)}.`;
      return [problemAt("KF015", document, rename(path), message, "Write one of them and no other.")];
    }
    default:
      return [problemAt(codeOf(issue), document, rename(path), issue.message, fixOf(issue))];
  }
}

type Complaints = readonly z.core.$ZodIssue[];

/**
 * What to say of a value that fits none of a union's forms: that it is no object at all, which keys none of the forms
 * knows, or what keeps it from the form whose keys it has. Nothing where it has the keys of no form, or of several.
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
      form.every(({ path, message }) => path.length > 1 || (path.length === 1 && !isMissing(message))),
    )
    .sort((a, b) => a.length - b.length)[0];
}

function problemAt(
  code: ProblemCode,
  document: SourceDocument,
  path: DocumentPath,
  message: string,
  fix: string,
): Problem {
  return { code, place: document.place(path), path: formatPath(path), message: sentence(message), fix };
}

function codeOf(issue: z.core.$ZodIssue): ProblemCode {
  if (issue.code !== "invalid_type") return "KF013";
  return isMissing(issue.message) ? "KF011" : "KF012";
}

function fixOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type") return "Change it to fit the rule.";
  return isMissing(issue.message) ? "Add it." : "Write it as that type.";
}

function isMissing(message: string): boolean {
  return message.endsWith("received undefined");
}

const LIMITS: Readonly<Record<string, string>> = {
  "<=": "at most",
  "<": "less than",
  ">=": "at least",
  ">": "more than",
};

/** zod's `Invalid input: expected string, received undefined` in a person's words. */
function sentence(message: string): string {
  const missing = /^Invalid input: expected (\w+), received undefined$/.exec(message);
  if (missing) return `is missing; a value of type ${missing[1]} is required.`;
  const plain = message
    .replace(
      /^Invalid (?:option|discriminator value)[:.] expected (?:one of )?(.+)$/i,
      (_, options: string) => {
        const each = options.split(/ ?\| ?/).map((option) => option.replace(/^'(.*)'$/, '"$1"'));
        return `must be ${each.length === 1 ? "" : "one of "}${each.join(", ")}`;
      },
    )
    .replace(
      /^Too (?:big|small): expected \w+ to (be|have) ([<>]=?)/,
      (_, verb: string, sign: string) => `must ${verb} ${LIMITS[sign] ?? sign} `,
    )
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

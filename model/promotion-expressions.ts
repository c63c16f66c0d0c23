import { didYouMean, listed } from "./diagnostics.ts";
import type { ProblemCode } from "./problem-codes.ts";
import { TASK_VARIABLES } from "./task-variables.ts";

/** What is wrong with a text, with the fix. */
export interface Fault {
  readonly code: ProblemCode;
  readonly message: string;
  readonly fix: string;
}

const EXPRESSION = /\$\{\{((?:(?!\}\}).)*)\}\}/gs;
/** Outputs that are texts of Kargo's own, or that must be a number (`prNumber`). */
const OUTPUT = /^task\.outputs\['[\w-]+'\]\.(?:commitMessage|branch|pr\.id)$/;
/** A character that neither a number, nor `true`, nor `Inf` has. */
const NEITHER = /[^\w.+\-\s{}[\]"]/;
/** A beginning such as `Bearer `. */
const WORD = /^(?!(?:true|false|null|infinity)\s)[a-z]{4,}\s/i;

/**
 * What is wrong with the expressions of a text in a step.
 * @param before the aliases of the steps that run earlier
 * @param holds whether the text may hold a credential
 */
export function expressionFaults(
  text: string,
  before: readonly string[],
  holds: { readonly credential: boolean },
): Fault[] {
  const expressions = [...text.matchAll(EXPRESSION)].map(([, inner = ""]) => inner.trim());
  if (/\$\{[{%]/.test(text.replace(EXPRESSION, ""))) {
    const message = "has an expression that is not closed, or that begins with ${%.";
    return [{ code: "KF172", message, fix: "Write ${{ … }}." }];
  }
  return [
    ...expressions.flatMap((one) => [
      ...unknownNames(one, before),
      ...(holds.credential ? [] : credentials(one)),
    ]),
    ...(isQuoted(text, expressions) ? [] : [unquoted(text)]),
  ];
}

const UNCHECKED: Fault = {
  code: "KF172",
  message: "reads another step, or has a comment, in a form that cannot be checked.",
  fix: "Write task.outputs['alias'] or status('alias'), and no comment.",
};

function unknownNames(expression: string, before: readonly string[]): Fault[] {
  const known: readonly string[] = TASK_VARIABLES;
  const code = withoutTexts(expression);
  const variables = [...code.matchAll(/\bvars\b(?:\s*\.\s*(\w+)|\s*\['([^']*)'\])?/g)].map(
    ([, field, index]) => field ?? index ?? "",
  );
  const aliases = [...expression.matchAll(/\b(?:task\.outputs|status)\b\s*(?:\[|\()\s*'([^']*)'/g)];
  const uses = [...code.matchAll(/\btask\b|\bstatus\b/g)].length;
  // A comment could hide a name from this check.
  const bare = /\$env\b|(?<!task\.)\boutputs\b|\/[/*]/.test(code) || aliases.length !== uses;
  return [
    ...variables
      .filter((name) => !known.includes(name))
      .map((name): Fault => {
        const message = `${name === "" ? "vars in this form" : `vars.${name}`} is not a variable that Stages pass (there are: ${listed(known)}).`;
        return { code: "KF172", message, fix: didYouMean(name, known) ?? "Use one of these." };
      }),
    ...aliases
      .flatMap(([, alias = ""]) => (before.includes(alias) ? [] : [alias]))
      .map((alias): Fault => {
        const message = `${JSON.stringify(alias)} is not the alias of an earlier step (there are: ${listed(before)}).`;
        return { code: "KF172", message, fix: didYouMean(alias, before) ?? "Use one of these." };
      }),
    ...(bare ? [UNCHECKED] : []),
  ];
}

/** A credential in a file, an address or a message is readable by everybody who reads that. */
function credentials(expression: string): Fault[] {
  if (!/\b(?:shared)?secret\b/i.test(withoutTexts(expression))) return [];
  const message = "reads a Secret outside the headers of an http step, where others could read it.";
  return [{ code: "KF171", message, fix: "Use secrets only in headers[].value of http." }];
}

function unquoted(text: string): Fault {
  const message = `${JSON.stringify(text)} could become a number or a boolean: Kargo reads 1234567 as 1.234567e+06.`;
  return { code: "KF173", message, fix: "Write ${{ quote(…) }} around the whole." };
}

/** Whether Kargo surely takes a text with expressions as a text. */
function isQuoted(text: string, expressions: readonly string[]): boolean {
  const [first] = expressions;
  if (first === undefined) return true;
  const literal = text.replace(EXPRESSION, "");
  if (literal.trim() !== "") return WORD.test(text) || (NEITHER.test(literal) && !/^\s*[{["]/.test(text));
  return expressions.length === 1 && (OUTPUT.test(first) || isOneCall("quote", first));
}

/** Whether an expression is one call of a function, and not `f(a) + f(b)`. */
function isOneCall(name: string, expression: string): boolean {
  const code = withoutTexts(expression);
  if (!code.startsWith(`${name}(`)) return false;
  let depth = 0;
  for (const [index, letter] of [...code].entries()) {
    depth += letter === "(" ? 1 : letter === ")" ? -1 : 0;
    if (depth === 0 && letter === ")") return index === [...code].length - 1;
  }
  return false;
}

/** An expression with empty texts, except where a text is an index. */
function withoutTexts(expression: string): string {
  return expression.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`/gs, (text, offset: number) =>
    expression[offset - 1] === "[" && /^'[\w-]+'$/.test(text) ? text : "''",
  );
}

import { isObject, type JsonValue } from "./go-json.ts";
import { refuse } from "./refusal.ts";

const ACTION = /\{\{(.*?)\}\}/gs;
const CHAIN = String.raw`((?:\.[A-Za-z_][A-Za-z0-9_]*)+)`;
const SUBSTR = String.raw`substr (\d+) (\d+)`;

/** The actions that this knows: a field, `substr` of a field, a field piped into `substr`. */
const ACTIONS = [`${CHAIN}`, `${SUBSTR} ${CHAIN}`, String.raw`${CHAIN} *\| *${SUBSTR}`].map(
  (form) => new RegExp(`^ *${form} *$`),
);

/** What Go writes where there is nothing. */
const NO_VALUE = "<no value>";

/** A template that fails while it runs. Argo Events then falls back to `dataKey`, then to `value`. */
export class TemplateFailure extends Error {}

/**
 * A `dataTemplate` carried out: Go's text/template with the event as `.Input`, of which this knows
 * `{{ .Input.a.b }}`, `{{ substr 0 12 .Input.a.b }}` and `{{ .Input.a.b | substr 0 12 }}` between plain text.
 *
 * @throws TemplateFailure where Argo Events gets an error, or nothing
 * @throws Refusal for a template beyond that
 */
export function fillTemplate(template: string, input: JsonValue): string {
  const rest = template.replaceAll(ACTION, "");
  if (rest.includes("{{")) refuse(`The template ${JSON.stringify(template)} has a "{{" without its "}}".`);
  const text = template.replaceAll(ACTION, (_, action: string) => {
    const parts = ACTIONS.map((form) => form.exec(action)).find((found) => found !== null);
    if (parts === undefined) {
      return refuse(
        `The template ${JSON.stringify(template)} uses more of Go's templates than this evaluator knows: ` +
          "{{ .Input.body.x }}, {{ substr 0 12 .Input.body.x }} and {{ .Input.body.x | substr 0 12 }}.",
      );
    }
    const chain = parts.find((part, index) => index > 0 && part.startsWith(".")) ?? "";
    const [start, end] = parts.filter((part) => /^\d+$/.test(part)).map(Number);
    const value = fieldOf({ Input: input }, chain.slice(1).split("."));
    return start === undefined || end === undefined ? print(value, template) : substr(value, start, end);
  });
  if (text === "" || text === NO_VALUE) throw new TemplateFailure("it gives nothing");
  return text;
}

function fieldOf(root: JsonValue, names: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const name of names) {
    if (!isObject(value)) throw new TemplateFailure(`there is no field ${name} in what is no object`);
    value = Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value ?? undefined;
}

function print(value: JsonValue | undefined, template: string): string {
  if (value === undefined) return NO_VALUE;
  if (typeof value === "object") {
    return refuse(`The template ${JSON.stringify(template)} prints an object or an array.`);
  }
  return typeof value === "number" ? printNumber(value) : String(value);
}

/** Go's `%v` of a float64: with an exponent, of two digits at least, from a million on. */
function printNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const exponential = value.toExponential();
  const exponent = Number(exponential.slice(exponential.indexOf("e") + 1));
  return exponent >= -4 && exponent < 6 ? String(value) : exponential.replace(/e([+-])(\d)$/, "e$10$2");
}

/** sprig's `substr`: by bytes, the end cut off where the text is shorter. */
function substr(value: JsonValue | undefined, start: number, end: number): string {
  if (typeof value !== "string") throw new TemplateFailure("substr wants a text");
  if (start > value.length) throw new TemplateFailure("substr starts after the end");
  if (Buffer.byteLength(value) !== value.length)
    return refuse("substr of a text beyond ASCII would cut it between bytes.");
  return end > value.length ? value.slice(start) : value.slice(start, end);
}

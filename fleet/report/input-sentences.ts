import { knownClass } from "../../model/change-classes.ts";
import type { InputChange, StackChange } from "../preview/change.ts";
import { capitalized } from "./counts.ts";
import { code, named } from "./escape.ts";
import { type Sentence, sentence } from "./sentence.ts";

/** Sentences for changed leaves that always give a warning, and for unclassified ones. */
export function inputSentences({ stack, before, after, inputs }: StackChange): Sentence[] {
  if (before === undefined && after !== undefined) {
    const start = `Stack ${named(stack)} is new, or could not be read in the base, so everything counts as new`;
    return [sentence("unclassified", { start })];
  }
  return inputs.flatMap((change) => {
    const known = knownClass(change.path) ?? { is: "unclassified", what: undefined };
    return known.is === "safe" || known.is === "reported" ? [] : [said(known.is, known.what, change)];
  });
}

function said(kind: Sentence["kind"], what: string | undefined, change: InputChange): Sentence {
  const { path, before, after } = change;
  const [top, name, ...keys] = path;
  const service = top === "services" ? name : undefined;
  const place = code((service === undefined ? (top === "file" ? path.slice(1) : path) : keys).join("."));
  const values = top === "file" ? "changes" : `is now ${shown(after)} instead of ${shown(before)}`;
  const [start, end] =
    what === undefined ? [place, ", with unknown effect"] : [capitalized(what), ` (${place})`];
  return service === undefined
    ? sentence(kind, { start: `${start} ${values}${end}` })
    : sentence(kind, { start: `${start} of `, service, end: ` ${values}${end}` });
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : code(typeof value === "string" ? value : JSON.stringify(value));
}

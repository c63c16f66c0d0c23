import type { EngineStep, ObjectChange } from "../preview/change.ts";
import { clipped, visible } from "./escape.ts";
import { fieldChanges } from "./fields.ts";
import { kindOf, outcomeOf } from "./steps.ts";

/** The maximum length of a value. */
const LONGEST_VALUE = 500;

/** A changed object as lines of a diff. For a Secret only its name is shown; plans contain none. */
export function objectEntry(change: ObjectChange, where: string): string {
  const { action, kind, namespace, name, before, after } = change;
  const object = visible(`${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}${where}`);
  if (action === "create") return `+ ${object}`;
  if (action === "delete") return `- ${object}`;
  if (kind === "Secret") return `! ${object}`;
  const lines = fieldChanges(before, after).flatMap((field) => [
    ...(field.before === undefined ? [] : [`- ${field.path}: ${valueText(field.before)}`]),
    ...(field.after === undefined ? [] : [`+ ${field.path}: ${valueText(field.after)}`]),
  ]);
  return [`@@ ${object} @@`, ...lines.map(visible)].join("\n");
}

/** The engine's operation on a resource as a line of a diff, with the changed paths. */
export function stepEntry(step: EngineStep, where: string): string {
  const sign = { create: "+", update: "!", replace: "!", delete: "-", other: "!" }[outcomeOf(step)];
  const verb = { create: "", update: "", replace: " (replaced)", delete: "", other: ` (${step.op})` }[
    outcomeOf(step)
  ];
  const paths = step.paths.length === 0 ? "" : `: ${step.paths.join(", ")}`;
  return clipped(visible(`${sign} ${kindOf(step)} ${step.name}${where}${verb}${paths}`), 2 * LONGEST_VALUE);
}

function valueText(value: unknown): string {
  return clipped(JSON.stringify(value) ?? "", LONGEST_VALUE);
}

import { goJson, type JsonObject, type JsonValue } from "./go-json.ts";
import { fillTemplate, TemplateFailure } from "./go-template.ts";
import { find, textOf } from "./json-path.ts";
import { refuse } from "./refusal.ts";
import type { Parameter } from "./sensors.ts";
import { setAt } from "./set-path.ts";

/** A parameter that cannot be had. The trigger fails, is tried again, and is given up in the end. */
export class ParameterFailure extends Error {}

/** An event as a trigger sees it: the dependency that let it through, and its data. */
export interface PassedEvent {
  readonly dependency: string;
  readonly data: JsonObject;
}

/** A parameter's text, and whether `useRawData` writes it as JSON. */
interface Resolved {
  readonly text: string;
  readonly raw: boolean;
}

/**
 * A trigger's object with its parameters applied in their order, as Argo Events' pkg/sensors/triggers/params.go does.
 *
 * @throws ParameterFailure where a value is absent and has no default
 * @throws Refusal for paths and templates beyond what the evaluator knows
 */
export function applyParameters(
  object: JsonObject,
  parameters: readonly Parameter[],
  event: PassedEvent,
): JsonObject {
  return parameters.reduce((changed, parameter) => applyOne(changed, parameter, event), object);
}

function applyOne(object: JsonObject, { src, dest, operation }: Parameter, event: PassedEvent): JsonObject {
  const resolved = src && resolve(src, event);
  // A dependency that did not fire and no default: the destination stays as it is.
  if (resolved === undefined) return object;
  const current = operation === "append" || operation === "prepend" ? find(object, dest) : undefined;
  if (current !== undefined) {
    const old = textOf(current);
    return setAt(object, dest, operation === "append" ? old + resolved.text : resolved.text + old);
  }
  return setAt(object, dest, resolved.raw ? (JSON.parse(resolved.text) as JsonValue) : resolved.text);
}

function resolve(
  src: NonNullable<Parameter["src"]>,
  { dependency, data }: PassedEvent,
): Resolved | undefined {
  const preset = src.value === undefined ? undefined : { text: src.value, raw: false };
  if (src.dependencyName !== dependency) return preset;
  if (src.dataKey === "" && src.dataTemplate === "") {
    return preset ?? refuse(`A parameter of dependency ${dependency} takes the whole event.`);
  }
  const found = templated(src.dataTemplate, data) ?? byKey(src, data) ?? preset;
  if (found !== undefined) return found;
  throw new ParameterFailure(
    `${src.dataTemplate === "" ? src.dataKey : src.dataTemplate} gives nothing for dependency ${dependency}, ` +
      "and there is no default value",
  );
}

function templated(template: string, data: JsonValue): Resolved | undefined {
  if (template === "") return undefined;
  try {
    return { text: fillTemplate(template, data), raw: false };
  } catch (error) {
    if (error instanceof TemplateFailure) return undefined;
    throw error;
  }
}

function byKey(
  { dataKey, useRawData }: NonNullable<Parameter["src"]>,
  data: JsonValue,
): Resolved | undefined {
  if (dataKey === "") return undefined;
  const found = find(data, dataKey);
  if (found === undefined) return undefined;
  // Other than for a filter, null is written out.
  const text = found === null ? goJson(found) : textOf(found);
  return { text, raw: useRawData === true && typeof found !== "string" };
}

import { QUIET, STACK } from "../engine-events.ts";
import type { EngineStep } from "../preview/change.ts";
import { code, named } from "./escape.ts";

/** The component type of a service. */
const SERVICE = "kargo-fleet:index:ServicePipeline";
const REPLACING: readonly string[] = ["replace", "create-replacement", "delete-replaced", "discard-replaced"];

/** The service of a resource; undefined for a shared resource. */
export function serviceOf({ urn, name }: Pick<EngineStep, "urn" | "name">): string | undefined {
  const types = urn.split("::")[2] ?? "";
  return types.split("$").includes(SERVICE) ? name.split("/")[0] : undefined;
}

/** `Stage`, of `kubernetes:kargo.akuity.io/v1alpha1:Stage`. */
export function kindOf({ type }: Pick<EngineStep, "type">): string {
  return type.split(":").at(-1) ?? type;
}

/** `Stage nginx/stage-dev`, with the Pulumi name. */
export function stepName(step: EngineStep): string {
  return `${named(kindOf(step))} ${code(step.name)}`;
}

/** The result of a step; the engine replaces a resource in up to three steps. */
export function outcomeOf({
  op,
}: Pick<EngineStep, "op">): "create" | "update" | "replace" | "delete" | "other" {
  if (REPLACING.includes(op)) return "replace";
  if (op === "create" || op === "update" || op === "delete") return op;
  return "other";
}

/** One step for each changed resource, without the stack itself. */
export function changingSteps(steps: readonly EngineStep[]): EngineStep[] {
  const real = steps.filter(({ op, type }) => !QUIET.includes(op) && type !== STACK);
  return [...new Map(real.map((step) => [`${outcomeOf(step)} ${step.urn}`, step])).values()];
}

/** `+3 ~2 ±1 -1`, or `none`. */
export function stepCounts(steps: readonly EngineStep[]): string {
  const signs = { create: "+", update: "~", replace: "±", delete: "-", other: "?" } as const;
  const outcomes = Object.keys(signs) as (keyof typeof signs)[];
  const counts = outcomes.flatMap((outcome) => {
    const count = steps.filter((step) => outcomeOf(step) === outcome).length;
    return count === 0 ? [] : [`${signs[outcome]}${count}`];
  });
  return counts.length === 0 ? "none" : counts.join(" ");
}

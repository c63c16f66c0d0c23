import assert from "node:assert/strict";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { formatProblem } from "../../model/diagnostics.ts";
import { readPromotionTask } from "../../model/own-promotion-task.ts";
import type { OwnStep } from "../../model/promotion-steps.ts";

/** The steps of v1 that push, and those that open a pull request. */
export const [V1, V1_PULL] = (["push", "pull-request"] as const).map(
  (by) => promotionTask({ name: "v1", version: "v1", by }).spec.steps as readonly OwnStep[],
) as [readonly OwnStep[], readonly OwnStep[]];

/** Changes a step, or removes it. */
export type Edit = (step: OwnStep) => object | undefined;

/** The problems of v1 after an edit of the steps of one kind. */
export function afterEdit(uses: string, edit: Edit, steps = V1): string[] {
  const changed = steps.flatMap((step) => (step.uses === uses ? (edit(step) ?? []) : step));
  const file = steps === V1 ? { steps: changed } : { steps: V1, pullRequestSteps: changed };
  return complaints(file);
}
/** The problems of a file. */
export const complaints = (file: object) =>
  readPromotionTask("promotion/v3.yaml", JSON.stringify(file, null, 1)).problems.map(formatProblem);
/** Adds keys to a step's config. */
export const withConfig =
  (more: object): Edit =>
  (step) => ({ ...step, config: { ...step.config, ...more } });
/** The problems of v1 with one more step. */
export const plus = (step: object) => complaints({ steps: [...V1, step] });
/** Asserts that there is one problem. */
export const only = (texts: readonly string[], pattern: RegExp) => {
  assert.equal(texts.length, 1, texts.join("\n"));
  assert.match(texts[0] ?? "", pattern);
};
/** A step that sends a request. */
export const http = (config: object, more: object = {}) => ({
  uses: "http",
  as: "tell",
  config: { method: "POST", url: "https://tell.example", ...config },
  ...more,
});

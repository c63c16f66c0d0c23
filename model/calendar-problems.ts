import type { Catalogue } from "./catalogue.ts";
import { type DocumentPath, didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { meets } from "./selection.ts";
import type { StackConfig } from "./stack-config.ts";

const KINDS = [
  { key: "windows", unknownStage: "KF151", one: "window" },
  { key: "freeze", unknownStage: "KF055", one: "freeze" },
] as const;

/**
 * A window or freeze with an unknown name would silently have no effect. So would one in a stack that does not own
 * the shared objects.
 * @param root the path of `rollout`
 */
export function calendarProblems(
  catalogue: Catalogue,
  { rollout, pipelines, platform }: Pick<StackConfig, "rollout" | "pipelines" | "platform">,
  stack: SourceDocument,
  root: DocumentPath,
): Problem[] {
  const stages = [...new Set(Object.values(pipelines).flatMap((all) => all.map(({ stage }) => stage)))];
  const services = Object.keys(catalogue.services);
  return KINDS.flatMap(({ key, unknownStage, one }) => {
    const rules = rollout[key];
    const named = rules.flatMap((rule, index) => [
      ...(rule.stages ?? []).flatMap((name, position) => {
        if (stages.includes(name)) return [];
        const message = `${JSON.stringify(name)} is not a stage of any pipeline (there are: ${listed(stages)}).`;
        const fix = didYouMean(name, stages) ?? "Use one of these.";
        return [problem(unknownStage, stack, [...root, key, index, "stages", position], message, fix)];
      }),
      ...(rule.services ?? []).flatMap((name, position) => {
        if (services.includes(name)) return [];
        const message = `${JSON.stringify(name)} is not a service of the catalogue.`;
        const fix = didYouMean(name, services) ?? "Remove it, or add the service to the catalogue.";
        return [problem("KF016", stack, [...root, key, index, "services", position], message, fix)];
      }),
      ...labelProblems(catalogue, rule.labels, stack, [...root, key, index, "labels"]),
    ]);
    if (platform || rules.length === 0) return named;
    const message = `has no effect in a stack with platform: false: a ${one} closes Stages of the whole cluster.`;
    const fix = "Move it to the stack with platform: true, and name its services.";
    return [...named, problem("KF150", stack, [...root, key], message, fix, "key")];
  });
}

function labelProblems(
  catalogue: Catalogue,
  labels: Readonly<Record<string, string>> | undefined,
  stack: SourceDocument,
  path: DocumentPath,
): Problem[] {
  const all = Object.entries(catalogue.services);
  if (labels === undefined || all.some(([name, service]) => meets({ labels }, name, service))) return [];
  const message = "no service of the catalogue has all of these labels.";
  return [problem("KF016", stack, path, message, "Remove it, or correct the catalogue.")];
}

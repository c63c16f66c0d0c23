import { type DocumentPath, didYouMean, listed, type Problem } from "./diagnostics.ts";
import type { ProblemCode } from "./problem-codes.ts";
import { meets } from "./selector.ts";
import { type Sources, stackProblem } from "./stack-problem.ts";

const KINDS = [
  { key: "windows", unknownStage: "KF151", one: "window" },
  { key: "freeze", unknownStage: "KF055", one: "freeze" },
] as const;

const NO_SERVICE = "no service of the catalogue has all of these labels.";

/**
 * A window or freeze with an unknown name would silently have no effect. So would one in a stack that does not own
 * the shared objects.
 */
export function calendarProblems({ catalogue, config, stack }: Sources): Problem[] {
  const { rollout, pipelines, platform } = config;
  const stages = [...new Set(Object.values(pipelines).flatMap((all) => all.map(({ stage }) => stage)))];
  const all = Object.entries(catalogue.services);
  const services = Object.keys(catalogue.services);
  return KINDS.flatMap(({ key, unknownStage, one }) => {
    const rules = rollout[key];
    const named = rules.flatMap(({ stages: some = [], services: own = [], labels }, index) => {
      const at = (code: ProblemCode, path: DocumentPath, message: string, fix: string) =>
        stackProblem(code, stack, ["rollout", key, index, ...path], message, fix);
      return [
        ...some.flatMap((name, position) => {
          if (stages.includes(name)) return [];
          const message = `${JSON.stringify(name)} is not a stage of any pipeline (there are: ${listed(stages)}).`;
          return at(
            unknownStage,
            ["stages", position],
            message,
            didYouMean(name, stages) ?? "Use one of these.",
          );
        }),
        ...own.flatMap((name, position) => {
          if (services.includes(name)) return [];
          const message = `${JSON.stringify(name)} is not a service of the catalogue.`;
          const fix = didYouMean(name, services) ?? "Remove it, or add the service to the catalogue.";
          return at("KF016", ["services", position], message, fix);
        }),
        ...(labels === undefined || all.some(([name, service]) => meets({ labels }, name, service))
          ? []
          : [at("KF016", ["labels"], NO_SERVICE, "Remove it, or correct the catalogue.")]),
      ];
    });
    if (platform || rules.length === 0) return named;
    const message = `has no effect in a stack with platform: false: a ${one} closes Stages of the whole cluster.`;
    const fix = "Move it to the stack with platform: true, and name its services.";
    return [...named, stackProblem("KF150", stack, ["rollout", key], message, fix, "key")];
  });
}

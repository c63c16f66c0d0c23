import { didYouMean, listed, type Problem } from "./diagnostics.ts";
import { meets } from "./selector.ts";
import { type Sources, stackProblem, unknownServices } from "./stack-problem.ts";

const KINDS = [
  { key: "windows", unknownStage: "KF151", one: "window" },
  { key: "freeze", unknownStage: "KF055", one: "freeze" },
] as const;

/**
 * A window or freeze with an unknown name would silently have no effect. So would one in a stack that does not own
 * the shared objects.
 */
export function calendarProblems(sources: Sources): Problem[] {
  const { catalogue, config, stack } = sources;
  const { rollout, pipelines, platform } = config;
  const known = [...new Set(Object.values(pipelines).flatMap((all) => all.map(({ stage }) => stage)))];
  const all = Object.entries(catalogue.services);
  return KINDS.flatMap(({ key, unknownStage, one }) => {
    const rules = rollout[key];
    const named = rules.flatMap(({ stages = [], services = [], labels }, index) => {
      const here = ["rollout", key, index];
      const unknownStages = stages.flatMap((name, position) => {
        if (known.includes(name)) return [];
        const message = `${JSON.stringify(name)} is not a stage of any pipeline (there are: ${listed(known)}).`;
        const fix = didYouMean(name, known) ?? "Use one of these.";
        return stackProblem(unknownStage, stack, [...here, "stages", position], message, fix);
      });
      const unknown = [...unknownStages, ...unknownServices(services, [...here, "services"], sources)];
      if (labels === undefined || all.some(([name, service]) => meets({ labels }, name, service)))
        return unknown;
      const message = "no service of the catalogue has all of these labels.";
      const fix = "Remove it, or correct the catalogue.";
      return [...unknown, stackProblem("KF016", stack, [...here, "labels"], message, fix)];
    });
    if (platform || rules.length === 0) return named;
    const message = `has no effect in a stack with platform: false: a ${one} closes Stages of the whole cluster.`;
    const fix = "Move it to the stack with platform: true, and name its services.";
    return [...named, stackProblem("KF150", stack, ["rollout", key], message, fix, "key")];
  });
}

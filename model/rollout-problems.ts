import { type DocumentPath, didYouMean, listed, type Problem } from "./diagnostics.ts";
import type { ProblemCode } from "./problem-codes.ts";
import { type Sources, stackProblem, unknownServices } from "./stack-problem.ts";

/** Unknown names in `rollout.promotionTask` and `rollout.pipelines`, and canaries that change nothing. */
export function rolloutProblems(sources: Sources): Problem[] {
  const { promotionTask, pipelines } = sources.config.rollout;
  const known = Object.keys(sources.config.pipelines);
  const at = (code: ProblemCode, path: DocumentPath, message: string, fix: string, part?: "key") =>
    stackProblem(code, sources.stack, ["rollout", ...path], message, fix, part);
  const unknownPipeline = (path: DocumentPath, name: string, part?: "key") => {
    if (known.includes(name)) return [];
    const message = `${JSON.stringify(name)} is not a pipeline of this stack (it has: ${listed(known)}).`;
    return [at("KF057", path, message, didYouMean(name, known) ?? "Add it, or use one of these.", part)];
  };
  const withoutCanary = () => {
    const { canary, canaryPercent, canaryServices } = promotionTask;
    if (canary !== undefined || (canaryPercent === 0 && canaryServices.length === 0)) return [];
    const message = "has no effect, because there is no canary.";
    const path = ["promotionTask", canaryPercent > 0 ? "canaryPercent" : "canaryServices"];
    return [at("KF056", path, message, "Add canary, for example canary: v2, or remove this.")];
  };
  const ownCanary = (name: string, canary: string) => {
    if (canary !== name) return [];
    const message = `${JSON.stringify(name)} is its own canary, so nothing would change.`;
    return [at("KF058", ["pipelines", name, "canary"], message, "Name another pipeline.")];
  };
  return [
    ...withoutCanary(),
    ...unknownServices(promotionTask.canaryServices, ["rollout", "promotionTask", "canaryServices"], sources),
    ...Object.entries(pipelines).flatMap(([name, { canary, canaryServices }]) => [
      ...unknownPipeline(["pipelines", name], name, "key"),
      ...unknownPipeline(["pipelines", name, "canary"], canary),
      ...ownCanary(name, canary),
      ...unknownServices(canaryServices, ["rollout", "pipelines", name, "canaryServices"], sources),
    ]),
  ];
}

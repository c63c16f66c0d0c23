import { type DocumentPath, didYouMean, listed, type Problem } from "./diagnostics.ts";
import type { ProblemCode } from "./problem-codes.ts";
import { type Sources, stackProblem } from "./stack-problem.ts";

/** Unknown names in `rollout.promotionTask` and `rollout.pipelines`, and canaries that change nothing. */
export function rolloutProblems({ catalogue, config, stack }: Sources): Problem[] {
  const { pipelines, rollout } = config;
  const services = Object.keys(catalogue.services);
  const known = Object.keys(pipelines);
  const at = (code: ProblemCode, path: DocumentPath, message: string, fix: string, part?: "key") =>
    stackProblem(code, stack, ["rollout", ...path], message, fix, part);
  const unknownServices = (path: DocumentPath, names: readonly string[]) =>
    names.flatMap((name, index) => {
      if (services.includes(name)) return [];
      const message = `${JSON.stringify(name)} is not a service of the catalogue.`;
      const fix = didYouMean(name, services) ?? "Remove it, or add the service to the catalogue.";
      return at("KF016", [...path, "canaryServices", index], message, fix);
    });
  const unknownPipeline = (path: DocumentPath, name: string, part?: "key") => {
    if (known.includes(name)) return [];
    const message = `${JSON.stringify(name)} is not a pipeline of this stack (it has: ${listed(known)}).`;
    return [at("KF057", path, message, didYouMean(name, known) ?? "Add it, or use one of these.", part)];
  };
  const withoutCanary = () => {
    const { canary, canaryPercent, canaryServices } = rollout.promotionTask;
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
    ...unknownServices(["promotionTask"], rollout.promotionTask.canaryServices),
    ...Object.entries(rollout.pipelines).flatMap(([name, { canary, canaryServices }]) => [
      ...unknownPipeline(["pipelines", name], name, "key"),
      ...unknownPipeline(["pipelines", name, "canary"], canary),
      ...ownCanary(name, canary),
      ...unknownServices(["pipelines", name], canaryServices),
    ]),
  ];
}

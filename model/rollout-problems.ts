import type { Catalogue } from "./catalogue.ts";
import { type DocumentPath, didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import type { ProblemCode } from "./problem-codes.ts";
import type { StackConfig } from "./stack-config.ts";

/** Unknown names in `rollout.promotionTask` and `rollout.pipelines`, and canaries that change nothing. */
export function rolloutProblems(
  catalogue: Catalogue,
  { pipelines, rollout }: StackConfig,
  stack: SourceDocument,
  root: DocumentPath,
): Problem[] {
  const services = Object.keys(catalogue.services);
  const known = Object.keys(pipelines);
  const at = (code: ProblemCode, path: DocumentPath, message: string, fix: string, part?: "key") =>
    problem(code, stack, [...root, ...path], message, fix, part);
  const unknownServices = (path: DocumentPath, names: readonly string[]) =>
    names.flatMap((name, index) => {
      if (services.includes(name)) return [];
      const message = `${JSON.stringify(name)} is not a service of the catalogue.`;
      const fix = didYouMean(name, services) ?? "Remove it, or add the service to the catalogue.";
      return [at("KF016", [...path, "canaryServices", index], message, fix)];
    });
  const unknownPipeline = (path: DocumentPath, name: string, part?: "key") => {
    if (known.includes(name)) return [];
    const message = `${JSON.stringify(name)} is not a pipeline of this stack (it has: ${listed(known)}).`;
    return [at("KF057", path, message, didYouMean(name, known) ?? "Add it, or use one of these.", part)];
  };
  const { promotionTask } = rollout;
  const idle = promotionTask.canaryPercent > 0 ? "canaryPercent" : "canaryServices";
  const chosen = promotionTask.canaryPercent > 0 || promotionTask.canaryServices.length > 0;
  return [
    ...(chosen && promotionTask.canary === undefined
      ? [
          at(
            "KF056",
            ["promotionTask", idle],
            "has no effect, because there is no canary.",
            "Add canary, for example canary: v2, or remove this.",
          ),
        ]
      : []),
    ...unknownServices(["promotionTask"], promotionTask.canaryServices),
    ...Object.entries(rollout.pipelines).flatMap(([name, { canary, canaryServices }]) => [
      ...unknownPipeline(["pipelines", name], name, "key"),
      ...unknownPipeline(["pipelines", name, "canary"], canary),
      ...(canary === name
        ? [
            at(
              "KF058",
              ["pipelines", name, "canary"],
              `${JSON.stringify(name)} is its own canary, so nothing would change.`,
              "Name another pipeline.",
            ),
          ]
        : []),
      ...unknownServices(["pipelines", name], canaryServices),
    ]),
  ];
}

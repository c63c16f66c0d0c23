import type { Catalogue } from "./catalogue.ts";
import { type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { destinationNamespace, projectName } from "./names.ts";
import { pipelinesAhead } from "./pipeline-rollout.ts";
import { deploys, stagesOf } from "./pipelines.ts";
import { PROJECT, type StackConfig } from "./stack-config.ts";

/**
 * Namespaces to which no service may be deployed, because its chart could change who may promote it: its own Kargo
 * Project (those of other services are name conflicts), and Kargo's own namespace.
 */
export function destinationProblems(
  { services }: Catalogue,
  { access: { kargoNamespace }, pipelines, rollout }: StackConfig,
  catalogue: SourceDocument,
  stack: SourceDocument,
): Problem[] {
  return Object.entries(services).flatMap(([service, { pipeline }]): Problem[] => {
    const own = projectName(service);
    const stages = pipelinesAhead(pipeline, rollout.pipelines).flatMap((name) =>
      stagesOf(pipelines, name).map((stage, index) => ({ stage, index, name })),
    );
    const ofProject =
      own === kargoNamespace
        ? [
            problem(
              "KF061",
              catalogue,
              ["services", service],
              `the namespace ${JSON.stringify(own)} (from its Kargo Project) is the one that Kargo runs in (${PROJECT}:access).`,
              "Give the service another name.",
            ),
          ]
        : [];
    const ofStages = stages.flatMap(({ stage, index, name }) => {
      if (!deploys(stage) || stage.destination.cluster !== undefined) return [];
      const namespace = destinationNamespace(stage.destination.namespace, service, stage.stage);
      const whose =
        namespace === own
          ? "its own Kargo Project's"
          : namespace === kargoNamespace
            ? "the one that Kargo runs in"
            : undefined;
      if (whose === undefined) return [];
      const path = ["config", `${PROJECT}:pipelines`, name, index, "destination", "namespace"];
      const message = `deploys ${JSON.stringify(service)} into the namespace ${JSON.stringify(namespace)}, which is ${whose}: its chart could change who may promote.`;
      return [problem("KF051", stack, path, message, "Deploy to another namespace.")];
    });
    return [...ofProject, ...ofStages];
  });
}

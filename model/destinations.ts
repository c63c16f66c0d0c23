import { type Problem, problem } from "./diagnostics.ts";
import { destinationNamespace, projectName } from "./names.ts";
import { pipelinesAhead } from "./pipeline-rollout.ts";
import { deploys, stagesOf } from "./pipelines.ts";
import { PROJECT } from "./stack-file.ts";
import { type Sources, stackProblem } from "./stack-problem.ts";

/**
 * Namespaces to which no service may be deployed, because its chart could change who may promote it: its own Kargo
 * Project (those of other services are name conflicts), and Kargo's own namespace.
 */
export function destinationProblems({ catalogue, config, services, stack }: Sources): Problem[] {
  const { access, pipelines, rollout } = config;
  const { kargoNamespace } = access;
  return Object.entries(catalogue.services).flatMap(([service, { pipeline }]): Problem[] => {
    const own = projectName(service);
    const stages = pipelinesAhead(pipeline, rollout.pipelines).flatMap((name) =>
      stagesOf(pipelines, name).map((stage, index) => ({ stage, index, name })),
    );
    const ofStages = stages.flatMap(({ stage, index, name }) => {
      if (!deploys(stage) || stage.destination.cluster !== undefined) return [];
      const namespace = destinationNamespace(stage.destination.namespace, service, stage.stage);
      if (namespace !== own && namespace !== kargoNamespace) return [];
      const whose = namespace === own ? "its own Kargo Project's" : "the one that Kargo runs in";
      const path = ["pipelines", name, index, "destination", "namespace"];
      const message = `deploys ${JSON.stringify(service)} into the namespace ${JSON.stringify(namespace)}, which is ${whose}: its chart could change who may promote.`;
      return stackProblem("KF051", stack, path, message, "Deploy to another namespace.");
    });
    if (own !== kargoNamespace) return ofStages;
    const message = `the namespace ${JSON.stringify(own)} (from its Kargo Project) is the one that Kargo runs in (${PROJECT}:access).`;
    const fix = "Give the service another name.";
    return [problem("KF061", services, ["services", service], message, fix), ...ofStages];
  });
}

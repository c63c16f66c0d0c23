import { isDeepStrictEqual } from "node:util";
import { listed, type Problem } from "./diagnostics.ts";
import { pipelineOf } from "./pipeline-rollout.ts";
import { deploys, stagesOf } from "./pipelines.ts";
import { PROMOTION_TASK_VERSIONS, promotionTaskVersion } from "./promotion-task-version.ts";
import { selectServices } from "./selection.ts";
import { PROJECT } from "./stack-file.ts";
import { type PlannedStack, type Sources, stackProblem } from "./stack-problem.ts";

/** Unknown versions of the promotion task, and versions without the steps that a service needs. */
export function promotionTaskProblems(sources: Sources): Problem[] {
  const { config, stack } = sources;
  const { stable, canary } = config.rollout.promotionTask;
  const known = [...PROMOTION_TASK_VERSIONS, ...Object.keys(config.promotionTasks)];
  const unknown = Object.entries({ stable, canary }).flatMap(([key, version]) => {
    if (version === undefined || known.includes(version)) return [];
    const message = `${JSON.stringify(version)} is not a version of the promotion task (there are: ${listed(known)}).`;
    const fix = `Add it to ${PROJECT}:promotionTasks, or use one of these.`;
    return stackProblem("KF178", stack, ["rollout", "promotionTask", key], message, fix);
  });
  return [...unknown, ...withoutPullRequest(sources), ...withoutImages(sources)];
}

/** The steps of a file write one image. */
function withoutImages({ catalogue, config, stack }: Sources): Problem[] {
  const { services } = catalogue;
  const { promotionTasks, rollout } = config;
  const several = selectServices(services, rollout).filter((name) => services[name]?.images !== undefined);
  return Object.entries(promotionTasks).flatMap(([version, { file }]) => {
    const concerned = several.filter((name) => promotionTaskVersion(name, rollout.promotionTask) === version);
    if (concerned.length === 0) return [];
    const message = `${file} writes one image, but services on ${version} have several: ${listed(concerned)}.`;
    const fix = `Keep these services on ${listed(PROMOTION_TASK_VERSIONS)}.`;
    return stackProblem("KF180", stack, ["promotionTasks", version], message, fix);
  });
}

function withoutPullRequest({ catalogue, config, stack }: Sources): Problem[] {
  const { services } = catalogue;
  const { pipelines, promotionTasks, rollout } = config;
  const pushing = Object.entries(promotionTasks).filter(([, task]) => task.pullRequestSteps === undefined);
  if (pushing.length === 0) return [];
  const selected = selectServices(services, rollout);
  return pushing.flatMap(([version, { file }]) => {
    const concerned = selected.filter((name) => {
      const pipeline = pipelineOf(name, services[name]?.pipeline ?? "", rollout.pipelines);
      return (
        promotionTaskVersion(name, rollout.promotionTask) === version &&
        stagesOf(pipelines, pipeline).some((stage) => deploys(stage) && stage.promotion === "pull-request")
      );
    });
    if (concerned.length === 0) return [];
    const message = `${file} has no pullRequestSteps, but services on ${version} promote by pull request: ${listed(concerned)}.`;
    const fix = "Add pullRequestSteps to the file, or keep these services on another version.";
    return stackProblem("KF179", stack, ["promotionTasks", version], message, fix);
  });
}

/** The stack that owns the cluster's shared objects makes the tasks that the others' Stages use. */
export function otherPromotionTasks(stacks: readonly PlannedStack[]): Problem[] {
  const owner = stacks.find(({ plan }) => plan.platform !== undefined);
  if (owner === undefined) return [];
  return stacks.flatMap((other) =>
    Object.entries(other.config.promotionTasks).flatMap(([version, { steps, pullRequestSteps }]) => {
      const theirs = owner.config.promotionTasks[version];
      if (isDeepStrictEqual([theirs?.steps, theirs?.pullRequestSteps], [steps, pullRequestSteps])) return [];
      const message = `${JSON.stringify(version)} is not the same in ${owner.document.file}, which makes the promotion tasks of the cluster ${JSON.stringify(other.plan.cluster.name)}.`;
      const fix = "Name the same file in both.";
      return stackProblem("KF178", other.document, ["promotionTasks", version], message, fix);
    }),
  );
}

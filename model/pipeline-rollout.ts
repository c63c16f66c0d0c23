import { z } from "zod";
import { canaryKeys, isCanary } from "./promotion-task-version.ts";

/**
 * How a pipeline changes for some services first: the next form of it is a pipeline of its own, which these have
 * instead. What they stand for in the catalogue stays.
 */
export const pipelineRolloutSchema = z.record(
  z.string(),
  z.strictObject({
    canary: z.string().meta({ description: "The pipeline that some of its services have instead." }),
    ...canaryKeys,
  }),
);

export type PipelineRollout = z.output<typeof pipelineRolloutSchema>;

/** The pipeline that a service has, from the one that the catalogue says. */
export function pipelineOf(service: string, pipeline: string, rollout: PipelineRollout): string {
  const change = Object.hasOwn(rollout, pipeline) ? rollout[pipeline] : undefined;
  return change && isCanary(`pipeline ${pipeline}`, service, change) ? change.canary : pipeline;
}

/** Every pipeline that a service may get when more services try the next one; the one it would have now among them. */
export function pipelinesAhead(pipeline: string, rollout: PipelineRollout): string[] {
  const change = Object.hasOwn(rollout, pipeline) ? rollout[pipeline] : undefined;
  return change && change.canary !== pipeline ? [pipeline, change.canary] : [pipeline];
}

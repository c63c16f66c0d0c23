import { z } from "zod";
import { canaryKeys, isCanary } from "./promotion-task-version.ts";

/**
 * Rolls a changed pipeline out to some services first: they use the canary pipeline, while their entries keep the
 * old name.
 */
export const pipelineRolloutSchema = z.record(
  z.string(),
  z.strictObject({
    canary: z.string().meta({ description: "The pipeline that the canary services use instead." }),
    ...canaryKeys,
  }),
);

type PipelineRollout = z.output<typeof pipelineRolloutSchema>;

/** The pipeline that a service gets, from the one in its entry. */
export function pipelineOf(service: string, pipeline: string, rollout: PipelineRollout): string {
  const change = Object.hasOwn(rollout, pipeline) ? rollout[pipeline] : undefined;
  return change && isCanary(`pipeline ${pipeline}`, service, change) ? change.canary : pipeline;
}

/** Every pipeline that a service may get now or at a higher canary percent. */
export function pipelinesAhead(pipeline: string, rollout: PipelineRollout): string[] {
  const change = Object.hasOwn(rollout, pipeline) ? rollout[pipeline] : undefined;
  return change && change.canary !== pipeline ? [pipeline, change.canary] : [pipeline];
}

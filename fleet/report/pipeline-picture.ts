import type { Plan, StagePlan } from "../../model/plan.ts";
import type { FleetReport } from "../preview/change.ts";
import { type DrawnStage, drawPipelines, type Mark } from "../render/mermaid.ts";
import { named } from "./escape.ts";
import { time } from "./plan-words.ts";
import { shortened } from "./warnings.ts";

/** A changed pipeline, drawn once for all services that use it. */
interface PipelinePicture {
  /** `Pipeline standard`, with its stacks if there are several; Markdown. */
  readonly title: string;
  /** A Mermaid flowchart. */
  readonly chart: string;
}

/** The pipelines whose Stages change, with new, changed and removed Stages marked. */
export function changedPipelines({ stacks }: FleetReport): PipelinePicture[] {
  const drawn = stacks.flatMap(({ change: { stack, before, after } }) => {
    if (after === undefined) return [];
    const [was, is] = [pipelinesOf(before), pipelinesOf(after)];
    return [...is].flatMap(([name, stages]) => {
      const chart = draw(name, was.get(name) ?? [], stages);
      return chart === undefined ? [] : [{ name, chart, stack }];
    });
  });
  const same = Map.groupBy(drawn, ({ name, chart }) => JSON.stringify([name, chart]));
  return [...same.values()].flatMap((group) => {
    const names = group.map(({ stack }) => stack);
    const where = stacks.length > 1 ? ` (${shortened(names, 8)})` : "";
    return group.slice(0, 1).map(({ name, chart }) => ({ title: `Pipeline ${named(name)}${where}`, chart }));
  });
}

/** The Stages of each pipeline, from one of its services, since all have the same. */
function pipelinesOf(plan: Plan | undefined): Map<string, readonly StagePlan[]> {
  const all = Map.groupBy(plan?.services ?? [], ({ pipeline }) => pipeline);
  return new Map([...all].map(([pipeline, [first]]) => [pipeline, first?.stages ?? []]));
}

function draw(name: string, before: readonly StagePlan[], after: readonly StagePlan[]): string | undefined {
  const was = new Map(before.map((stage) => [stage.name, likeness(stage)]));
  const marks = new Map<string, Mark>();
  for (const stage of after) {
    const then = was.get(stage.name);
    if (then !== likeness(stage)) marks.set(stage.name, then === undefined ? "new" : "changed");
  }
  const stays = new Set(after.map((stage) => stage.name));
  const removed = before.filter((stage) => !stays.has(stage.name));
  for (const stage of removed) marks.set(stage.name, "deleted");
  if (marks.size === 0) return undefined;
  const stages = [...after, ...removed].map(drawable);
  return drawPipelines({ [name]: stages }, (_, stage) => marks.get(stage));
}

/** The parts of a Stage that its pipeline defines; the rest follows from the service. */
function likeness({ deployment, ...stage }: StagePlan): string {
  const { autoPromotion, promotionTask, valuesFile, application, destination, ...own } = deployment ?? {};
  return JSON.stringify({ ...stage, ...own, cluster: destination?.cluster });
}

function drawable({ name, state, after, soak, deployment }: StagePlan): DrawnStage {
  const upstream = { stage: name, state, after: [...after], ...(soak !== undefined && { soak: time(soak) }) };
  if (deployment === undefined) return { ...upstream, controlFlow: true };
  const { promotion, sync, destination } = deployment;
  const { cluster, namespace } = destination;
  return {
    ...upstream,
    controlFlow: false,
    promotion,
    sync,
    destination: { namespace, ...(cluster !== undefined && { cluster }) },
  };
}

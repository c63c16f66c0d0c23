import type { Plan, ServicePlan } from "./plan.ts";

/** Services that move together from one version or pipeline to another. */
export interface Movement {
  readonly what: "promotion task" | "pipeline";
  readonly from: string;
  readonly to: string;
  /** The services that move, in the order of the plan. */
  readonly services: readonly string[];
  /** The number of services that both plans have. */
  readonly among: number;
}

/** The movements that a change of `rollout` causes, among services that both plans have. */
export function movements(before: Plan, after: Plan): readonly Movement[] {
  const was = new Map(before.services.map((service) => [service.name, service]));
  const both = after.services.flatMap((now): [ServicePlan, ServicePlan][] => {
    const then = was.get(now.name);
    return then ? [[then, now]] : [];
  });
  const moves = both.flatMap(([then, { name, promotionTask, pipeline }]) =>
    [
      { what: "promotion task" as const, from: then.promotionTask, to: promotionTask, name },
      { what: "pipeline" as const, from: then.pipeline, to: pipeline, name },
    ].filter(({ from, to }) => from !== to),
  );
  const groups = Map.groupBy(moves, ({ what, from, to }) => JSON.stringify([what, from, to]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { what, from, to } = first;
    return [{ what, from, to, services: group.map(({ name }) => name), among: both.length }];
  });
}

/** `12 of 120 services move from promotion task v1 to v2.` */
export function movementText({ what, from, to, services, among }: Movement): string {
  const verb = services.length === 1 ? "moves" : "move";
  return `${services.length} of ${among} services ${verb} from ${what} ${from} to ${to}.`;
}

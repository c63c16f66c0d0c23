import type { ServicePlan } from "../../model/plan.ts";
import type { ObjectChange, ServiceChange, StackChange } from "../preview/change.ts";
import { isAccessKind, objectName } from "./access-kinds.ts";
import { named } from "./escape.ts";
import { type Sentence, sentence } from "./sentence.ts";

/** What the plans delete, and what they leave without protection. */
export function removalSentences({ stack, before, after, services, shared }: StackChange): Sentence[] {
  const start = `Stack ${named(stack)} loses its protection: the next up deletes everything that the files no longer name`;
  const unprotected = before?.protect === true && after?.protect === false;
  return [
    ...(unprotected ? [sentence("protection", { start })] : []),
    ...services.flatMap(serviceRemovals),
    ...objectRemovals(shared),
  ];
}

function objectRemovals(objects: readonly ObjectChange[]): Sentence[] {
  return objects
    .filter(({ action, kind }) => action === "delete" && !isAccessKind(kind))
    .map((object) => sentence("deletion", { start: `${objectName(object)} is deleted` }));
}

function serviceRemovals({ service, action, before, after, objects }: ServiceChange): Sentence[] {
  const with_ = "Kargo Project, with Freight, approvals and history";
  const end = ` is deleted with its ${with_}`;
  const ends = ` are deleted, each with its ${with_}`;
  if (action === "delete") return [sentence("deletion", { service, end, ends })];
  if (!before || !after) return objectRemovals(objects);
  const stages = removedStages(before, after);
  // Deletions of a Stage's objects are reported with the Stage.
  const names = new Set(
    stages.flatMap(({ name, application }) => [`Stage ${name}`, `Application ${application}`]),
  );
  return [
    ...stages.map(({ name, application }) =>
      sentence("deletion", {
        start: `Stage ${named(name)} of `,
        service,
        end: application === undefined ? " is deleted" : " is deleted with its Application",
      }),
    ),
    ...objectRemovals(objects.filter(({ kind, name }) => !names.has(`${kind} ${name}`))),
    ...webhookRemoval(before, after),
    ...unprotected(before, after),
  ];
}

function removedStages(before: ServicePlan, after: ServicePlan) {
  const stay = new Set(after.stages.map(({ name }) => name));
  return before.stages
    .filter(({ name }) => !stay.has(name))
    .map(({ name, deployment }) => ({ name, application: deployment?.application }));
}

function webhookRemoval(before: ServicePlan, after: ServicePlan): Sentence[] {
  if (before.webhook === undefined || after.webhook !== undefined) return [];
  return [sentence("deletion", { start: "The webhook of ", service: after.name, end: " is deleted" })];
}

function unprotected(before: ServicePlan, after: ServicePlan): Sentence[] {
  const service = after.name;
  const leaves = "hook off, no auto-promotion, no protection";
  const end = ` is decommissioned: ${leaves}`;
  const ends = ` are decommissioned: ${leaves}`;
  const decommissioned = before.state === "active" && after.state === "decommissioned";
  const states = new Map(before.stages.map(({ name, state }) => [name, state]));
  const retired = after.stages.filter(
    ({ name, state }) => state === "retired" && states.get(name) === "active",
  );
  return [
    ...(decommissioned ? [sentence("protection", { service, end, ends })] : []),
    ...retired.map(({ name }) =>
      sentence("protection", {
        start: `Stage ${named(name)} of `,
        service,
        end: " is retired: no auto-promotion, no protection",
      }),
    ),
  ];
}

import type { ServicePlan } from "../../model/plan.ts";
import type { ServiceChange, StackChange } from "../preview/change.ts";
import { isAccessKind, objectName } from "./access-kinds.ts";
import { named } from "./escape.ts";
import { type Sentence, sentence } from "./sentence.ts";

/** What the plans delete, and what they leave without protection. */
export function removalSentences(change: StackChange): Sentence[] {
  const { stack, before, after, services, shared } = change;
  const unprotected = before?.protect === true && after?.protect === false;
  return [
    ...(unprotected
      ? [
          sentence("protection", {
            start: `Stack ${named(stack)} loses its protection: the next up deletes everything that the files no longer name`,
          }),
        ]
      : []),
    ...services.flatMap(serviceRemovals),
    ...shared
      .filter(({ action, kind }) => action === "delete" && !isAccessKind(kind))
      .map((object) => sentence("deletion", { start: `${objectName(object)} is deleted` })),
  ];
}

function serviceRemovals(change: ServiceChange): Sentence[] {
  const { service, action, before, after, objects } = change;
  const with_ = "Kargo Project, with Freight, approvals and history";
  if (action === "delete")
    return [
      sentence("deletion", {
        service,
        end: ` is deleted with its ${with_}`,
        ends: ` are deleted, each with its ${with_}`,
      }),
    ];
  const stages = before && after ? removedStages(before, after) : [];
  // Deletions of a Stage's objects are reported with the Stage.
  const names = new Set(
    stages.flatMap(({ name, application }) => [`Stage ${name}`, `Application ${application}`]),
  );
  const others = objects.filter(
    ({ action: what, kind, name }) =>
      what === "delete" && !isAccessKind(kind) && !names.has(`${kind} ${name}`),
  );
  return [
    ...stages.map(({ name, application }) =>
      sentence("deletion", {
        start: `Stage ${named(name)} of `,
        service,
        end: application === undefined ? " is deleted" : " is deleted with its Application",
      }),
    ),
    ...others.map((object) => sentence("deletion", { start: `${objectName(object)} is deleted` })),
    ...(before && after ? [...webhookRemoval(before, after), ...unprotected(before, after)] : []),
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
  const decommissioned = before.state === "active" && after.state === "decommissioned";
  const states = new Map(before.stages.map(({ name, state }) => [name, state]));
  const retired = after.stages.filter(
    ({ name, state }) => state === "retired" && states.get(name) === "active",
  );
  return [
    ...(decommissioned
      ? [
          sentence("protection", {
            service,
            end: ` is decommissioned: ${leaves}`,
            ends: ` are decommissioned: ${leaves}`,
          }),
        ]
      : []),
    ...retired.map(({ name }) =>
      sentence("protection", {
        start: `Stage ${named(name)} of `,
        service,
        end: " is retired: no auto-promotion, no protection",
      }),
    ),
  ];
}

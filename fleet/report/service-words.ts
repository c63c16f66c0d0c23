import { deployingStages, type ServicePlan } from "../../model/plan.ts";
import type { EngineStep, ObjectChange, ServiceChange } from "../preview/change.ts";
import { code, listed, named } from "./escape.ts";
import { planWords } from "./plan-words.ts";
import { kindOf, outcomeOf } from "./steps.ts";

/** Describes what happens to a service, as Markdown; never empty. */
export function serviceWords(
  change: ServiceChange | undefined,
  steps: readonly EngineStep[],
  done: boolean,
): string[] {
  const words = change === undefined ? [] : describePlans(change);
  if (words.length > 0) return words;
  if (change !== undefined && change.objects.length > 0) return [describeObjects(change.objects)];
  return [describeSteps(steps, done)];
}

function describePlans({ action, before, after }: ServiceChange): string[] {
  if (before && after) return planWords(before, after);
  if (after && action === "create") return arrival(after);
  if (before && action === "delete") return removal(before);
  return [];
}

/** The sentences about a new service: its team, where its objects are, and who builds it. */
function arrival(service: ServicePlan): string[] {
  const { project, team, pipeline, repository, gitops, webhook, build } = service;
  const deploying = deployingStages(service);
  const applications = deploying.map(({ deployment }) => deployment.application);
  const manual = deploying
    .filter(({ deployment }) => deployment.promotion === "manual")
    .map(({ name }) => name);
  return [
    `is new, of team ${named(team)} with pipeline ${named(pipeline)}`,
    `its namespace and Kargo Project are ${named(project)}`,
    `its Stages are ${listed(service.stages.map(({ name }) => name))}`,
    ...(applications.length > 0 ? [`its Applications are ${listed(applications)}`] : []),
    ...(manual.length > 0
      ? [`${listed(manual)} ${manual.length === 1 ? "has" : "have"} manual promotion`]
      : []),
    `its values files are in ${code(gitops.folder)}`,
    build === undefined
      ? `another system builds ${code(repository)}`
      : `${webhook === undefined ? "the organization's webhook" : "a webhook"} on ${code(repository)} reports its pushes, and branch ${named(build.branch)} is built`,
  ];
}

function removal({ project, gitops, webhook }: ServicePlan): string[] {
  return [
    `is deleted with its Kargo Project ${named(project)}`,
    ...(webhook === undefined ? [] : ["its webhook is deleted"]),
    `its values files stay in ${code(gitops.folder)}, and what Argo CD deployed stays in its namespaces`,
  ];
}

/** Describes changed objects of an unchanged plan, which a changed program makes. */
export function describeObjects(objects: readonly ObjectChange[]): string {
  const kinds = Map.groupBy(objects, ({ action, kind }) => JSON.stringify([action, kind]));
  const parts = [...kinds.values()].map((group) => {
    const [first] = group;
    const verb = { create: "is created", update: "changes", delete: "is deleted" }[first?.action ?? "update"];
    return `${named(first?.kind ?? "")} ${listed(group.map(({ name }) => name))} ${verb}`;
  });
  return parts.join(", ");
}

/** What a step does, and what it did. */
const VERBS = {
  create: ["is created", "created"],
  update: ["changes", "changed"],
  replace: ["is replaced", "replaced"],
  delete: ["is deleted", "deleted"],
  other: ["is touched", "touched"],
} as const;

/** Describes the engine's steps if no plan explains them. */
export function describeSteps(steps: readonly EngineStep[], done: boolean): string {
  if (steps.length === 0) return "no change by the engine";
  const groups = Map.groupBy(steps, (step) => JSON.stringify([outcomeOf(step), kindOf(step)]));
  const parts = [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((step) => {
      const many = group.length === 1 ? "" : ` ×${group.length}`;
      return `${named(kindOf(step))}${many} ${VERBS[outcomeOf(step)][done ? 1 : 0]}`;
    }),
  );
  return parts.join(", ");
}

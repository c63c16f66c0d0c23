import type { GuardPlan } from "../model/guard-plan.ts";
import { OWN_NAMESPACE_LABELS } from "../model/labels.ts";
import { projectName } from "../model/names.ts";
import type { PromotionTaskPlan } from "../model/plan.ts";
import type { SubscriptionSources } from "../model/subscriptions.ts";
import { IMAGES_VARIABLE, SOURCE_VARIABLE } from "../model/task-variables.ts";
import { type AllowedKind, hasOurLabel, IT, isProject, label, nameOf } from "./allowed-kind.ts";
import { allOf, anyOf, isOneOf, literal, onlyKeys, text } from "./cel.ts";
import { clusterConfig } from "./kargo-receiver.ts";
import { promotionTask } from "./promotion-task.ts";

const SPEC = `${IT}.spec`;
const PROJECT_LABEL = "kargo.akuity.io/project";
/** Our labels of a namespace; others belong to whoever set them. */
const NAMESPACE_LABELS = [
  PROJECT_LABEL,
  "app.kubernetes.io/managed-by",
  ...OWN_NAMESPACE_LABELS,
  "kubernetes.io/metadata.name",
];

/** `owner/name`: any more, or `..`, would lead the token of commit statuses to another part of GitHub's API. */
const REPOSITORY = "^[A-Za-z0-9_-]+/[.]*[A-Za-z0-9_-][A-Za-z0-9._-]*$";

const inProject = (it: string) => isProject(`${it}.metadata.namespace`);
const isOwnProject = `${nameOf(projectName("{service}"))} == ${IT}.metadata.name`;

/** The limits for a service's Kargo Project, its namespace, and its Kargo objects. */
export function allowedPipelines(guard: GuardPlan): readonly AllowedKind[] {
  return [
    {
      kind: "namespaces.",
      named: (it) =>
        allOf(
          isProject(`${it}.metadata.name`),
          anyOf(`${label(it, PROJECT_LABEL)} == "true"`, hasOurLabel(it)),
        ),
      form: allOf(isOwnProject, `${label(IT, PROJECT_LABEL)} == "true"`, othersLabelsKept()),
      says: `namespaces of services, called ${projectName("<service>")}, as Kargo Projects`,
    },
    {
      kind: "projects.kargo.akuity.io",
      named: (it) => isProject(`${it}.metadata.name`),
      form: isOwnProject,
      says: `Projects called ${projectName("<service>")}`,
    },
    {
      kind: "projectconfigs.kargo.akuity.io",
      named: inProject,
      form: onlyKeys(SPEC, ["promotionPolicies", "stageLinks"]),
      says: "ProjectConfigs of services, without receivers",
    },
    {
      kind: "warehouses.kargo.akuity.io",
      named: inProject,
      form: `${SPEC}.subscriptions.all(s, ${isAllowedSubscription(guard.sources)})`,
      says: `Warehouses of services, ${Object.entries(guard.sources)
        .map(([kind, places]) => `of ${kind}s below ${places.join(", ")}`)
        .join(", ")}`,
    },
  ];
}

/** A Stage uses the shared steps with plain texts, because an expression could read a shared Secret. */
export function allowedStages(guard: GuardPlan, tasks: readonly PromotionTaskPlan[]): AllowedKind {
  const names = tasks.map(({ name }) => name);
  const variable = allOf(
    '!v.value.contains("${{")',
    `v.name != "repoURL" || v.value == ${text(guard.gitops)}`,
    `v.name != "image" || (${isBelow("v.value", guard.sources.image)})`,
    `v.name != ${text(SOURCE_VARIABLE)} || v.value.matches(${text(REPOSITORY)})`,
    `v.name != "${IMAGES_VARIABLE}" || v.value.split(" ").all(i, ${isBelow('i.substring(i.indexOf("=") + 1)', guard.sources.image)})`,
  );
  const steps = allOf(
    onlyKeys(`${SPEC}.promotionTemplate`, ["spec"]),
    onlyKeys(`${SPEC}.promotionTemplate.spec`, ["steps"]),
    `${SPEC}.promotionTemplate.spec.steps.all(s, ${allOf(
      onlyKeys("s", ["task", "as", "vars"]),
      `s.task.kind == "ClusterPromotionTask" && ${isOneOf("s.task.name", names)}`,
      `s.vars.all(v, ${variable})`,
    )})`,
  );
  const verification = allOf(
    `${SPEC}.verification.analysisTemplates.all(t, t.kind == "ClusterAnalysisTemplate")`,
    `${SPEC}.verification.?args.orValue([]).all(a, !a.value.lowerAscii().contains("secret("))`,
  );
  return {
    kind: "stages.kargo.akuity.io",
    named: inProject,
    form: allOf(
      onlyKeys(SPEC, ["requestedFreight", "promotionTemplate", "verification", "shard"]),
      `!("promotionTemplate" in ${SPEC}) || (${steps})`,
      `!("verification" in ${SPEC}) || (${verification})`,
    ),
    says: "Stages of services, which promote by the shared ClusterPromotionTasks and to the GitOps repository",
  };
}

/** The shared promotion tasks and Kargo's receiver, which must match exactly. */
export function allowedTasks(tasks: readonly PromotionTaskPlan[]): readonly AllowedKind[] {
  const specs = Object.fromEntries(tasks.map((task) => [task.name, promotionTask(task).spec]));
  const config = clusterConfig();
  return [
    fixed("clusterpromotiontasks.kargo.akuity.io", specs),
    fixed("clusterconfigs.kargo.akuity.io", { [config.metadata.name]: config.spec }),
  ];
}

/**
 * Objects with one fixed content each.
 * @param specs by name
 * @param where CEL condition on the namespace; default: any
 */
export function fixed(
  kind: string,
  specs: Readonly<Record<string, unknown>>,
  where: (it: string) => string = () => "true",
): AllowedKind {
  const names = Object.keys(specs);
  const each = Object.entries(specs).map(
    ([name, spec]) => `${IT}.metadata.name == ${text(name)} && ${SPEC} == ${literal(spec)}`,
  );
  return {
    kind,
    named: (it) => allOf(where(it), isOneOf(`${it}.metadata.name`, names)),
    gone: where,
    form: names.length === 0 ? "false" : anyOf(...each),
    says: `${names.join(", ") || "none"}, as this program and this stack have them`,
  };
}

/** CEL for a subscription `s`: one kind, from a place that the stack allows for it. */
function isAllowedSubscription(sources: SubscriptionSources): string {
  const kinds = Object.entries(sources).map(
    ([kind, places]) => `s.all(k, k == ${text(kind)}) && (${isBelow(`s.${kind}.repoURL`, places)})`,
  );
  // One kind is written as it always was, so that the guards of live fleets do not change.
  return kinds.length === 1 ? `${kinds[0]}` : anyOf(...kinds);
}

function isBelow(repository: string, places: readonly string[]): string {
  return `${JSON.stringify(places)}.exists(r, ${repository} == r || ${repository}.startsWith(r + "/"))`;
}

function othersLabelsKept(): string {
  const keys = JSON.stringify(NAMESPACE_LABELS);
  const labels = (object: string) => `${object}.?metadata.?labels.orValue({})`;
  const kept = (from: string, to: string) =>
    `${labels(from)}.all(k, k in ${keys} || (k in ${labels(to)} && ${labels(from)}[k] == ${labels(to)}[k]))`;
  return `${kept(IT, "variables.before")} && ${kept("variables.before", IT)}`;
}

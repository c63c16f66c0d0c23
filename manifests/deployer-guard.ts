import type { SubjectPlan } from "../model/access.ts";
import { buildNamespace, RESERVED_NAMESPACES } from "../model/names.ts";
import { forImages, type PlatformPlan } from "../model/plan.ts";
import { type Demand, type Guard, guard } from "./admission.ts";
import { allowedAccess } from "./allowed-access.ts";
import { allowedApplications } from "./allowed-applications.ts";
import { allowedBuilds, allowedSecrets } from "./allowed-builds.ts";
import { type AllowedKind, requestRule } from "./allowed-kind.ts";
import { allowedOthers } from "./allowed-others.ts";
import { allowedPipelines, allowedStages, allowedTasks } from "./allowed-pipelines.ts";
import { groupName } from "./argo-cd.ts";
import { isOneOf, literal, text } from "./cel.ts";

/** Requests in which an identity asks about itself; nothing is stored. */
const ASKS = [
  "selfsubjectaccessreviews.authorization.k8s.io",
  "selfsubjectrulesreviews.authorization.k8s.io",
  "selfsubjectreviews.authentication.k8s.io",
];

/**
 * RBAC limits the kinds of the deployer's objects, but not their content: with a Secret of the right type it could
 * get any token, with its own binding or AppProject anything else. So this policy limits it to the program's
 * objects, kind by kind, and refuses all other kinds, whatever rights it has.
 */
export function deployerGuard({
  guard: plan,
  subjects,
  promotionTasks,
}: Pick<PlatformPlan, "guard" | "subjects" | "promotionTasks">): Guard {
  // So the first service with several images needs no administrator.
  const tasks = [
    ...promotionTasks.filter(({ images }) => images === undefined),
    ...forImages(promotionTasks),
  ];
  const formed: readonly AllowedKind[] = [
    ...allowedPipelines(plan),
    allowedStages(plan, tasks),
    ...allowedTasks(tasks),
    ...allowedAccess(),
    ...allowedApplications(plan),
    ...allowedBuilds(plan),
    allowedSecrets(),
  ];
  const kinds = [...formed, ...allowedOthers(formed)];
  const isKnown = isOneOf("variables.kind", [...kinds.map(({ kind }) => kind), ...ASKS]);
  const fix = "After a change of the stack's files an administrator applies fleet deployer again.";
  return guard({
    name: "kargo-fleet-deployer",
    resources: { apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"], operations: ["*"] },
    about: `request.userInfo.username == ${text(plan.deployer)}`,
    variables: {
      it: "dyn(object)",
      was: "dyn(oldObject)",
      before: "oldObject == null ? dyn({}) : dyn(oldObject)",
      kind: 'request.resource.resource + "." + request.resource.group + (request.?subResource.orValue("") == "" ? "" : "/" + request.subResource)',
      reserved: JSON.stringify([...new Set([...RESERVED_NAMESPACES, plan.kargoNamespace])]),
      untouched: untouched(),
      builds: JSON.stringify(plan.teams.map(buildNamespace)),
      ...known(subjects),
    },
    demands: [
      { expression: isKnown, message: "The deployer makes, changes and deletes no objects of this kind." },
      {
        expression: `request.operation == "DELETE" || ["finalizers", "ownerReferences"].all(k, variables.it.metadata[?k] == variables.before.?metadata[?k])`,
        message: "The deployer changes neither finalizers nor owners.",
      },
      ...kinds.map(
        (kind): Demand => ({
          expression: requestRule(kind),
          message: `Of ${kind.kind.replace(/\.$/, "")} the deployer makes these alone: ${kind.says}. ${fix}`,
        }),
      ),
    ],
  });
}

/**
 * The subjects of the catalogue as CEL maps, because searching a list of a thousand would exceed the API server's
 * cost limit. There are several maps, because an expression may have at most 100,000 characters.
 */
function known(subjects: readonly SubjectPlan[]): Record<string, string> {
  const map = (entries: readonly (readonly [string, unknown])[]) =>
    `{${[...new Map(entries)].map(([key, value]) => `${text(key)}: ${literal(value)}`).join(", ")}}`;
  const accounts = (prefix: string) =>
    map(
      subjects
        .filter(({ serviceAccount }) => serviceAccount.startsWith(prefix))
        .map(({ serviceAccount, group }) => [serviceAccount, group]),
    );
  return {
    teams: accounts("team-"),
    approvers: accounts("approvers-"),
    groups: map(subjects.map(({ group }) => [group, true])),
    quoted: map(subjects.map(({ group }) => [groupName(group), true])),
  };
}

/** Whether an update changes only managed fields. */
function untouched(): string {
  const { it, was } = { it: "variables.it", was: "variables.was" };
  return [
    'request.operation == "UPDATE"',
    `${it}.all(k, k == "metadata" || (k in ${was} && ${it}[k] == ${was}[k]))`,
    `${was}.all(k, k in ${it})`,
    `["labels", "annotations"].all(k, ${it}.metadata[?k] == ${was}.metadata[?k])`,
  ].join(" && ");
}

import type { AccessConfig } from "../model/access.ts";
import type { PlatformPlan } from "../model/plan.ts";
import { type Demand, type Guard, type GuardRule, guard, type ResourceRule } from "./admission.ts";
import { buildGuard } from "./build-guard.ts";
import { anyOf, isOneOf, text } from "./cel.ts";
import { deployerGuard } from "./deployer-guard.ts";
import { workflowGuard } from "./workflow-guard.ts";

/**
 * What holds whatever RBAC says: only the deployer shapes a pipeline, and only in the program's own forms; only Kargo
 * writes a status; only who may promote to a Stage approves Freight for it; builds are Workflows and pods of one form.
 * Kubernetes' own ValidatingAdmissionPolicy, so there is no webhook to run. An administrator applies them: who could
 * change a guard would be held by none.
 */
export function guards(
  platform: Pick<PlatformPlan, "guard" | "subjects" | "promotionTasks">,
): readonly Guard[] {
  const { guard: access } = platform;
  const { userNamespaces = true } = access.builds?.builds ?? {};
  return [
    shapeGuard(access),
    statusGuard(access),
    approvalGuard(access),
    askedGuard(),
    buildGuard(userNamespaces),
    workflowGuard(),
    deployerGuard(platform),
  ];
}

const isDeployer = ({ deployer }: AccessConfig) => `request.userInfo.username == ${text(deployer)}`;

/** The group that may break the glass. */
function breaksGlass({ breakGlass }: AccessConfig): string {
  if (breakGlass === undefined) return "false";
  return `request.userInfo.?groups.orValue([]).exists(g, g == ${text(breakGlass)})`;
}

const serviceAccounts = (namespace: string, names: readonly string[]) =>
  oneOf(names.map((name) => `system:serviceaccount:${namespace}:${name}`));

const oneOf = (usernames: readonly string[]) => isOneOf("request.userInfo.username", usernames);

/** Kargo's controllers: where its chart runs several of them, each has its id at the end of its name. */
function controllers({ kargoNamespace }: AccessConfig): string {
  const sharded = text(`system:serviceaccount:${kargoNamespace}:kargo-controller-`);
  return [
    serviceAccounts(kargoNamespace, ["kargo-controller", "kargo-management-controller"]),
    `request.userInfo.username.startsWith(${sharded})`,
  ].join(" || ");
}

/** Kubernetes' own, which take away what is in a namespace that goes; one user where they have no account each. */
const KUBERNETES = oneOf([
  "system:serviceaccount:kube-system:namespace-controller",
  "system:serviceaccount:kube-system:generic-garbage-collector",
  "system:kube-controller-manager",
]);

/** What Kargo's UI and CLI, and people by kubectl, ask of it; every other annotation is the deployer's too. */
const ASKED_BY_ANNOTATION = `[${["refresh", "reverify", "abort"].map((what) => text(`kargo.akuity.io/${what}`)).join(", ")}]`;

/**
 * Who may create, change or delete what shapes a pipeline. Kargo's API server is deliberately not among Kargo's own:
 * it acts for people, after asking RBAC alone, so that a free pass for it would be one for every team.
 */
function shapeGuard(access: AccessConfig): Guard {
  const same = (path: string, empty: string) =>
    `object.metadata.?${path}.orValue(${empty}) == oldObject.metadata.?${path}.orValue(${empty})`;
  return kargoGuard({
    name: "kargo-fleet-guard",
    resources: ["stages", "warehouses", "projectconfigs"],
    operations: ["CREATE", "UPDATE", "DELETE"],
    variables: {
      privileged: anyOf(isDeployer(access), breaksGlass(access)),
      kargo: controllers(access),
      kubernetes: KUBERNETES,
      before: "oldObject.metadata.?annotations.orValue({})",
      after: "object.metadata.?annotations.orValue({})",
      untouched: [
        "object.?spec.orValue({}) == oldObject.?spec.orValue({})",
        same("labels", "{}"),
        same("finalizers", "[]"),
        same("ownerReferences", "[]"),
        `variables.before.all(k, k in ${ASKED_BY_ANNOTATION} || (k in variables.after && variables.after[k] == variables.before[k]))`,
        `variables.after.all(k, k in ${ASKED_BY_ANNOTATION} || k in variables.before)`,
      ].join(" && "),
    },
    expression: [
      "variables.privileged",
      "(request.operation != 'CREATE' && (variables.kargo || variables.kubernetes))",
      "(request.operation == 'UPDATE' && variables.untouched)",
    ].join(" || "),
    message: `Stages, Warehouses and ProjectConfigs are changed by the deployer (${access.deployer}) alone: change services.json or the stack's config.`,
  });
}

/** Writing a Promotion's status would run an old one again, with nobody's approval. */
function statusGuard(access: AccessConfig): Guard {
  const kinds = ["stages", "warehouses", "projectconfigs", "promotions"];
  return kargoGuard({
    name: "kargo-fleet-status",
    resources: kinds.map((kind) => `${kind}/status`),
    operations: ["UPDATE"],
    variables: { privileged: breaksGlass(access), kargo: ofKargo(access) },
    expression: "variables.privileged || variables.kargo",
    message: "Only Kargo writes the status of its objects.",
  });
}

/** By kubectl, approving is a change of the Freight's status: of that one map, by who may promote to that Stage. */
function approvalGuard(access: AccessConfig): Guard {
  const unchanged = (field: string) =>
    `object.?status.?${field}.orValue({}) == oldObject.?status.?${field}.orValue({})`;
  const mayPromote =
    "authorizer.group('kargo.akuity.io').resource('stages').namespace(object.metadata.namespace).name(s).check('promote').allowed()";
  return kargoGuard({
    name: "kargo-fleet-approval",
    resources: ["freights/status"],
    operations: ["UPDATE"],
    variables: {
      privileged: breaksGlass(access),
      kargo: ofKargo(access),
      before: "oldObject.?status.?approvedFor.orValue({})",
      after: "object.?status.?approvedFor.orValue({})",
      othersUnchanged: [unchanged("currentlyIn"), unchanged("verifiedIn"), unchanged("metadata")].join(
        " && ",
      ),
      mayApprove: [
        "variables.before.all(s, s in variables.after && variables.after[s] == variables.before[s])",
        `variables.after.all(s, s in variables.before || ${mayPromote})`,
      ].join(" && "),
    },
    expression:
      "variables.privileged || variables.kargo || (variables.othersUnchanged && variables.mayApprove)",
    message:
      "Freight is approved for a Stage by whoever may promote to it, and nothing else of its status is changed.",
  });
}

/** What Kargo is asked is a word, a time or an id, to which its webhook adds who asked. */
const ASKED_LIMIT = 1_000;

/** Whoever may annotate could fill etcd, and every list of Stages, with what nobody asks for. */
function askedGuard(): Guard {
  const unchanged =
    "request.operation == 'UPDATE' && oldObject.metadata.?annotations[?k].orValue('') == object.metadata.annotations[k]";
  return kargoGuard({
    name: "kargo-fleet-asked",
    resources: ["stages", "warehouses", "promotions"],
    operations: ["CREATE", "UPDATE"],
    variables: {},
    expression: `object.metadata.?annotations.orValue({}).all(k, !(k in ${ASKED_BY_ANNOTATION}) || size(object.metadata.annotations[k]) <= ${ASKED_LIMIT} || (${unchanged}))`,
    message: `What Kargo is asked by annotation (refresh, reverify, abort) has at most ${ASKED_LIMIT} characters.`,
  });
}

/** Kargo's own components, its API server too: for a status it asks for the verb `promote` itself. */
function ofKargo(access: AccessConfig): string {
  return `${serviceAccounts(access.kargoNamespace, ["kargo-api"])} || ${controllers(access)}`;
}

/** A policy about objects of Kargo's, with one demand. */
function kargoGuard({
  resources,
  operations,
  expression,
  message,
  ...rule
}: Pick<GuardRule, "name" | "variables"> & Demand & Pick<ResourceRule, "resources" | "operations">): Guard {
  return guard({
    ...rule,
    resources: { apiGroups: ["kargo.akuity.io"], apiVersions: ["v1alpha1"], resources, operations },
    demands: [{ expression, message }],
  });
}

import type { AccessConfig } from "../model/access.ts";
import type { PlatformPlan } from "../model/plan.ts";
import { type Demand, type Guard, type GuardRule, guard, type ResourceRule } from "./admission.ts";
import { buildGuard } from "./build-guard.ts";
import { calendarGuard } from "./calendar-guard.ts";
import { anyOf, text } from "./cel.ts";
import { deployerGuard } from "./deployer-guard.ts";
import { breaksGlass, controllers, isDeployer, KUBERNETES, serviceAccounts } from "./requesters.ts";
import { windowsGuards } from "./windows-guard.ts";
import { workflowGuard } from "./workflow-guard.ts";

/**
 * The policies that apply in addition to RBAC: only the deployer changes pipeline objects, and only in the
 * program's forms; only Kargo writes a status; only those who may promote to a Stage approve Freight for it; nobody
 * promotes to a closed Stage; builds are Workflows and pods of one form. They are ValidatingAdmissionPolicies, so no webhook must run. An
 * administrator applies them, because an identity that can change a guard is not bound by it.
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
    ...windowsGuards(access),
    calendarGuard(access),
    deployerGuard(platform),
  ];
}

/** The annotations with which Kargo's UI, CLI and kubectl users make requests. Only the deployer may set others. */
const ASKED_BY_ANNOTATION = `[${["refresh", "reverify", "abort"].map((what) => text(`kargo.akuity.io/${what}`)).join(", ")}]`;

/**
 * Limits who may create, change or delete pipeline objects. Kargo's API server is not exempt: it acts for people
 * and asks RBAC only, so an exception for it would be one for every team.
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

/** Writing a Promotion's status would run an old one again without approval. */
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

/**
 * With kubectl, an approval changes one map in the Freight's status. Only those who may promote to that Stage may
 * do it.
 */
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

/** A request is a word, a time or an id, to which Kargo's webhook adds the user. */
const ASKED_LIMIT = 1_000;

/** Without a limit, annotations could fill etcd and every list of Stages. */
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

/** Kargo's own components, including its API server, which checks the verb `promote` before it writes a status. */
function ofKargo(access: AccessConfig): string {
  return `${serviceAccounts(access.kargoNamespace, ["kargo-api"])} || ${controllers(access)}`;
}

/** A policy for Kargo objects with one condition. */
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

import { changes, deletes, type Sabotage } from "./sabotage.ts";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const guardPolicy = `${ADMISSION}/validatingadmissionpolicies/kargo-fleet-guard`;
const guardBinding = `${ADMISSION}/validatingadmissionpolicybindings/kargo-fleet-guard`;
const POLICY = "the cluster  ValidatingAdmissionPolicy kargo-fleet-guard differs";
const BINDING = "the cluster  ValidatingAdmissionPolicyBinding kargo-fleet-guard differs";
const excluded = [
  { apiGroups: ["kargo.akuity.io"], apiVersions: ["*"], resources: ["stages"], operations: ["UPDATE"] },
];
const narrowed = {
  namespaceSelector: {
    matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kargo-nginx"] }],
  },
};

/** Changes that weaken, narrow or delete the guard. */
export const GUARDS: readonly Sabotage[] = [
  {
    name: "the guard is deleted",
    change: deletes(guardPolicy),
    found: POLICY.replace("differs", "is missing"),
  },
  {
    name: "the guard's binding is deleted",
    change: deletes(guardBinding),
    found: BINDING.replace("differs", "is missing"),
  },
  {
    name: "the guard lets everything through",
    change: changes(guardPolicy, { spec: { validations: [{ expression: "true" }] } }),
    found: POLICY,
  },
  {
    name: "the guard lets through what it cannot judge",
    change: changes(guardPolicy, { spec: { failurePolicy: "Ignore" } }),
    found: POLICY,
  },
  {
    name: "the guard holds under a condition",
    change: changes(guardPolicy, {
      spec: { matchConditions: [{ name: "x", expression: "request.userInfo.username != 'jane'" }] },
    }),
    found: POLICY,
  },
  {
    name: "the guard leaves out a kind",
    change: changes(guardPolicy, { spec: { matchConstraints: { excludeResourceRules: excluded } } }),
    found: POLICY,
  },
  {
    name: "the guard leaves out a namespace",
    change: changes(guardPolicy, { spec: { matchConstraints: narrowed } }),
    found: POLICY,
  },
  {
    name: "the guard only audits",
    change: changes(guardBinding, { spec: { validationActions: ["Audit"] } }),
    found: BINDING,
  },
  {
    name: "the guard's binding leaves out a namespace",
    change: changes(guardBinding, { spec: { matchResources: narrowed } }),
    found: BINDING,
  },
  {
    name: "the guard's binding leaves out objects with a label",
    change: changes(guardBinding, {
      spec: {
        matchResources: { objectSelector: { matchExpressions: [{ key: "free", operator: "DoesNotExist" }] } },
      },
    }),
    found: BINDING,
  },
  {
    name: "the guard's binding leaves out a kind",
    change: changes(guardBinding, { spec: { matchResources: { excludeResourceRules: excluded } } }),
    found: BINDING,
  },
  ...["kargo-fleet-status", "kargo-fleet-approval", "kargo-fleet-build-jobs"].map((name) => ({
    name: `${name} only warns`,
    change: changes(`${ADMISSION}/validatingadmissionpolicybindings/${name}`, {
      spec: { validationActions: ["Warn"] },
    }),
    found: `the cluster  ValidatingAdmissionPolicyBinding ${name} differs`,
  })),
  {
    name: "a service's namespace is no project's any more, so that the guard does not hold in it",
    change: changes("/api/v1/namespaces/kargo-nginx", {
      metadata: { labels: { "kargo.akuity.io/project": null } },
    }),
    found: "kargo-nginx  Namespace kargo-nginx differs",
  },
  {
    name: "a build namespace takes privileged pods",
    change: changes("/api/v1/namespaces/builds-edge", {
      metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
    }),
    found: "builds-edge  Namespace builds-edge differs",
  },
];

import { changes, deletes, type Sabotage } from "./sabotage.ts";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const guardPolicy = `${ADMISSION}/validatingadmissionpolicies/kargo-fleet-guard`;
const guardBinding = `${ADMISSION}/validatingadmissionpolicybindings/kargo-fleet-guard`;
const excluded = [
  { apiGroups: ["kargo.akuity.io"], apiVersions: ["*"], resources: ["stages"], operations: ["UPDATE"] },
];
const narrowed = {
  namespaceSelector: {
    matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kargo-nginx"] }],
  },
};

/** Changed fields of the policy's spec. */
const OF_POLICY = {
  "the guard lets everything through": { validations: [{ expression: "true" }] },
  "the guard lets through what it cannot judge": { failurePolicy: "Ignore" },
  "the guard holds under a condition": {
    matchConditions: [{ name: "x", expression: "request.userInfo.username != 'jane'" }],
  },
  "the guard leaves out a kind": { matchConstraints: { excludeResourceRules: excluded } },
  "the guard leaves out a namespace": { matchConstraints: narrowed },
};
/** The same of its binding. */
const OF_BINDING = {
  "the guard only audits": { validationActions: ["Audit"] },
  "the guard's binding leaves out a namespace": { matchResources: narrowed },
  "the guard's binding leaves out objects with a label": {
    matchResources: { objectSelector: { matchExpressions: [{ key: "free", operator: "DoesNotExist" }] } },
  },
  "the guard's binding leaves out a kind": { matchResources: { excludeResourceRules: excluded } },
};

/** Changes that weaken, narrow or delete the guard. */
export const GUARDS: readonly Sabotage[] = [
  {
    name: "the guard is deleted",
    change: deletes(guardPolicy),
    found: "the cluster  ValidatingAdmissionPolicy kargo-fleet-guard is missing",
  },
  {
    name: "the guard's binding is deleted",
    change: deletes(guardBinding),
    found: "the cluster  ValidatingAdmissionPolicyBinding kargo-fleet-guard is missing",
  },
  ...Object.entries(OF_POLICY).map(([name, spec]) => ({
    name,
    change: changes(guardPolicy, { spec }),
    found: "the cluster  ValidatingAdmissionPolicy kargo-fleet-guard differs",
  })),
  ...Object.entries(OF_BINDING).map(([name, spec]) => ({
    name,
    change: changes(guardBinding, { spec }),
    found: "the cluster  ValidatingAdmissionPolicyBinding kargo-fleet-guard differs",
  })),
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

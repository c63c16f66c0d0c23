import assert from "node:assert/strict";
import fc from "fast-check";
import { decides, type Rule } from "../../audit/deciding-rights.ts";

/** Rights that matter, as API requests. */
const MATTER = [
  ["kargo.akuity.io", "stages", "promote"],
  ["kargo.akuity.io", "stages", "list"],
  ["kargo.akuity.io", "promotions", "create"],
  ["kargo.akuity.io", "promotions/status", "patch"],
  ["kargo.akuity.io", "clusterpromotiontasks", "update"],
  ["kargo.akuity.io", "projects", "delete"],
  ["argoproj.io", "workflows", "create"],
  ["argoproj.io", "applications", "get"],
  ["argoproj.io", "appprojects", "patch"],
  ["argoproj.io", "clusterworkflowtemplates", "update"],
  ["", "secrets", "get"],
  ["", "secrets", "watch"],
  ["", "serviceaccounts", "impersonate"],
  ["", "serviceaccounts/token", "create"],
  ["", "users", "impersonate"],
  ["", "groups", "impersonate"],
  ["", "pods", "create"],
  ["", "pods/exec", "get"],
  ["", "pods/ephemeralcontainers", "patch"],
  ["", "nodes/proxy", "get"],
  ["", "namespaces", "patch"],
  ["", "configmaps", "update"],
  ["apps", "deployments", "create"],
  ["batch", "jobs", "create"],
  ["batch", "cronjobs", "patch"],
  ["networking.k8s.io", "networkpolicies", "delete"],
  ["rbac.authorization.k8s.io", "roles", "escalate"],
  ["rbac.authorization.k8s.io", "clusterroles", "bind"],
  ["rbac.authorization.k8s.io", "rolebindings", "create"],
  ["admissionregistration.k8s.io", "validatingadmissionpolicies", "update"],
  ["admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create"],
  ["apiextensions.k8s.io", "customresourcedefinitions", "patch"],
  ["apiregistration.k8s.io", "apiservices", "create"],
  ["authentication.k8s.io", "userextras/scopes", "impersonate"],
  ["authentication.k8s.io", "users", "impersonate:user-info"],
  ["certificates.k8s.io", "signers", "approve"],
  ["certificates.k8s.io", "certificatesigningrequests/approval", "update"],
] as const;

/** Common rights that do not matter. */
const HARMLESS = [
  ["", "pods", "list"],
  ["", "nodes", "get"],
  ["", "events", "create"],
  ["", "services", "update"],
  ["", "configmaps", "get"],
  ["apps", "deployments", "watch"],
  ["coordination.k8s.io", "leases", "update"],
  ["authorization.k8s.io", "selfsubjectaccessreviews", "create"],
  ["authentication.k8s.io", "tokenreviews", "create"],
  ["kargo.akuity.io", "projects", "list"],
  ["rbac.authorization.k8s.io", "clusterroles", "list"],
  ["certificates.k8s.io", "certificatesigningrequests", "create"],
] as const;

type Ask = readonly [group: string, resource: string, verb: string];

/** Evaluates a rule as Kubernetes does: its pkg/apis/rbac/v1/evaluation_helpers.go. */
function allows({ apiGroups = [], resources = [], verbs }: Rule, [group, resource, verb]: Ask): boolean {
  const [, subresource] = resource.split("/");
  return (
    verbs.some((each) => each === "*" || each === verb) &&
    apiGroups.some((each) => each === "*" || each === group) &&
    resources.some(
      (each) =>
        each === "*" || each === resource || (subresource !== undefined && each === `*/${subresource}`),
    )
  );
}

const all: readonly Ask[] = [...MATTER, ...HARMLESS];
const subresources = all.flatMap(([, resource]) => resource.split("/")[1] ?? []);
const some = (values: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...new Set(values)), { minLength: 1, maxLength: 3 });
const rule = fc.record({
  apiGroups: some(["*", ...all.map(([group]) => group)]),
  resources: some(["*", ...subresources.map((each) => `*/${each}`), ...all.map(([, resource]) => resource)]),
  verbs: some(["*", ...all.map(([, , verb]) => verb)]),
});
const NAMES = new Set(["kargo-fleet-guard", "nginx-prod", "kargo-nginx"]);

describe("the rights that an audit reports", () => {
  it("include every rule that Kubernetes evaluates as granting a right that matters", () => {
    fc.assert(
      fc.property(rule, (given) => {
        if (MATTER.some((ask) => allows(given, ask))) assert.ok(decides(given, NAMES));
      }),
      { numRuns: 2000 },
    );
  });

  for (const [group, resource, verb] of MATTER) {
    it(`include ${verb} ${resource} of ${group || "the core"}`, () =>
      assert.ok(decides({ apiGroups: [group], resources: [resource], verbs: [verb] }, NAMES)));
  }

  for (const [group, resource, verb] of HARMLESS) {
    it(`exclude ${verb} ${resource} of ${group || "the core"}`, () =>
      assert.equal(decides({ apiGroups: [group], resources: [resource], verbs: [verb] }, NAMES), false));
  }

  it("include a right on a named object only if the plan makes an object of that name", () => {
    const named = (resources: string[], name: string): Rule => ({
      apiGroups: ["*"],
      resources,
      verbs: ["update"],
      resourceNames: [name],
    });
    assert.equal(decides(named(["validatingadmissionpolicies"], "somebody-elses"), NAMES), false);
    assert.equal(decides(named(["applications"], "others-prod"), NAMES), false);
    assert.equal(decides(named(["validatingadmissionpolicies"], "kargo-fleet-guard"), NAMES), true);
    assert.equal(decides(named(["applications"], "nginx-prod"), NAMES), true);
    assert.equal(decides(named(["applications", "secrets"], "others-prod"), NAMES), true);
    assert.equal(decides(named(["secrets"], "somebody-elses"), NAMES), true);
  });
});

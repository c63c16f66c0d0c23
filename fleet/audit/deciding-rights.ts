import type { V1PolicyRule } from "@kubernetes/client-node";

/** A rule of RBAC. Rules about addresses of the API server (`nonResourceURLs`) decide nothing here. */
export type Rule = Pick<V1PolicyRule, "apiGroups" | "resourceNames" | "resources" | "verbs">;

interface Deciding {
  readonly group: string;
  /** Kinds, or all kinds of the group but these. */
  readonly resources: readonly string[] | { readonly allBut: readonly string[] };
  /** Whether reading it decides too. */
  readonly reading: boolean;
}

const ALL = { allBut: [] };

/**
 * What matters wherever it is granted: whoever has one of these can promote, read a credential, act as somebody else, run
 * a pod beside a credential, or change who may.
 */
const DECIDING: readonly Deciding[] = [
  { group: "kargo.akuity.io", resources: ALL, reading: false },
  {
    group: "kargo.akuity.io",
    // Kargo shows these to whoever may log in: its ClusterRole kargo-user.
    resources: { allBut: ["clusterconfigs", "clusterpromotiontasks", "projects"] },
    reading: true,
  },
  { group: "argoproj.io", resources: ALL, reading: false },
  { group: "argoproj.io", resources: ["applications", "workflows"], reading: true },
  {
    group: "",
    resources: [
      "secrets",
      "serviceaccounts/token",
      "pods/attach",
      "pods/exec",
      "pods/portforward",
      "pods/proxy",
      "services/proxy",
      "nodes/proxy",
      "users",
      "groups",
      "uids",
    ],
    reading: true,
  },
  {
    group: "",
    resources: [
      "serviceaccounts",
      "pods",
      "pods/ephemeralcontainers",
      "replicationcontrollers",
      "configmaps",
      "namespaces",
      "namespaces/finalize",
      "namespaces/status",
    ],
    reading: false,
  },
  { group: "apps", resources: ALL, reading: false },
  { group: "batch", resources: ALL, reading: false },
  { group: "networking.k8s.io", resources: ["networkpolicies"], reading: false },
  { group: "rbac.authorization.k8s.io", resources: ALL, reading: false },
  { group: "admissionregistration.k8s.io", resources: ALL, reading: false },
  { group: "apiextensions.k8s.io", resources: ALL, reading: false },
  { group: "apiregistration.k8s.io", resources: ALL, reading: false },
  {
    group: "authentication.k8s.io",
    // Impersonation; the others tell somebody who he, or a token, is.
    resources: { allBut: ["tokenreviews", "selfsubjectreviews"] },
    reading: true,
  },
  {
    group: "certificates.k8s.io",
    resources: ["certificatesigningrequests/approval", "certificatesigningrequests/status", "signers"],
    reading: true,
  },
];

const READING = ["get", "list", "watch"];

/** Kinds of which the plan makes objects that others make too: a right on another object by its name does not matter. */
const BY_NAME = [
  "applications",
  "appprojects",
  "namespaces",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
];

/**
 * Whether a rule grants something that matters.
 *
 * @param names of the objects that the plan makes
 */
export function decides(rule: Rule, names: ReadonlySet<string>): boolean {
  if (isAboutOthers(rule, names)) return false;
  const writes = rule.verbs.some((verb) => !READING.includes(verb));
  return DECIDING.some(
    ({ group, resources, reading }) =>
      (writes || (reading && rule.verbs.length > 0)) &&
      rule.apiGroups?.some((each) => each === "*" || each === group) &&
      rule.resources?.some((resource) => covers(resource, resources)),
  );
}

function isAboutOthers({ resourceNames = [], resources = [] }: Rule, names: ReadonlySet<string>): boolean {
  return (
    resourceNames.length > 0 &&
    resources.every((resource) => BY_NAME.includes(resource)) &&
    !resourceNames.some((name) => names.has(name))
  );
}

/** As Kubernetes does: `*` is every kind and subresource, `*` with a subresource is that one of every kind. */
function covers(resource: string, deciding: Deciding["resources"]): boolean {
  if ("allBut" in deciding) return !deciding.allBut.includes(resource);
  if (resource === "*") return true;
  return deciding.some(
    (each) => each === resource || (resource.startsWith("*/") && each.endsWith(resource.slice(1))),
  );
}

/** `update,patch stages.kargo.akuity.io/dev`. */
function describeRule({ apiGroups = [], resources = [], resourceNames = [], verbs }: Rule): string {
  const kinds = apiGroups.flatMap((group) =>
    resources.map((resource) => (group === "" ? resource : `${resource}.${group}`)),
  );
  const names = resourceNames.length > 0 ? `/${resourceNames.join(",")}` : "";
  return `${verbs.join(",")} ${kinds.join(",")}${names}`;
}

/** Several rules in one line, cut after three. */
export function describeRules(rules: readonly Rule[]): string {
  const shown = rules.slice(0, 3).map(describeRule).join("; ");
  return rules.length > 3 ? `${shown} and ${rules.length - 3} more` : shown;
}

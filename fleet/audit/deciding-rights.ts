import type { V1PolicyRule } from "@kubernetes/client-node";
import { RBAC_GROUP } from "../../manifests/rbac-types.ts";

/** An RBAC rule. Rules on API server paths (`nonResourceURLs`) do not matter here. */
export type Rule = Pick<V1PolicyRule, "apiGroups" | "resourceNames" | "resources" | "verbs">;

/** Kinds of an API group: these, or all except these. */
type Kinds = readonly string[] | { readonly allBut: readonly string[] };

const ALL: Kinds = { allBut: [] };

/** Kinds, by API group, that reveal secrets or let somebody act as another. Every verb matters, even `get`. */
const ANY_VERB: Readonly<Record<string, Kinds>> = {
  // Kargo's ClusterRole kargo-user shows these to everybody who logs in.
  "kargo.akuity.io": { allBut: ["clusterconfigs", "clusterpromotiontasks", "projects"] },
  "argoproj.io": ["applications", "workflows"],
  "": [
    "groups",
    "nodes/proxy",
    "pods/attach",
    "pods/exec",
    "pods/portforward",
    "pods/proxy",
    "secrets",
    "serviceaccounts/token",
    "services/proxy",
    "uids",
    "users",
  ],
  // For impersonation. The excluded kinds only tell the caller who they are.
  "authentication.k8s.io": { allBut: ["selfsubjectreviews", "tokenreviews"] },
  "certificates.k8s.io": [
    "certificatesigningrequests/approval",
    "certificatesigningrequests/status",
    "signers",
  ],
};

/**
 * Kinds, by API group, that decide about promotions, credentials and access. Verbs that change them matter, and
 * verbs like `bind`.
 */
const WRITING: Readonly<Record<string, Kinds>> = {
  "kargo.akuity.io": ALL,
  "argoproj.io": ALL,
  "": [
    "configmaps",
    "namespaces",
    "namespaces/finalize",
    "namespaces/status",
    "pods",
    "pods/ephemeralcontainers",
    "replicationcontrollers",
    "serviceaccounts",
  ],
  apps: ALL,
  batch: ALL,
  "networking.k8s.io": ["networkpolicies"],
  [RBAC_GROUP]: ALL,
  "admissionregistration.k8s.io": ALL,
  "apiextensions.k8s.io": ALL,
  "apiregistration.k8s.io": ALL,
};

const READING = ["get", "list", "watch"];

/** Kinds that the plan and others both use. A right on an object that the plan does not name is ignored. */
const BY_NAME = [
  "applications",
  "appprojects",
  "namespaces",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
];

/**
 * Whether a rule grants a right that the audit reports.
 * @param names of the planned objects
 */
export function decides(rule: Rule, names: ReadonlySet<string>): boolean {
  if (isAboutOthers(rule, names)) return false;
  const writes = rule.verbs.some((verb) => !READING.includes(verb));
  return (rule.verbs.length > 0 && reaches(rule, ANY_VERB)) || (writes && reaches(rule, WRITING));
}

/**
 * Whether a rule matches an entry of a table. As in Kubernetes, `*` matches every group, and every kind with its
 * subresources.
 */
function reaches({ apiGroups = [], resources = [] }: Rule, table: Readonly<Record<string, Kinds>>): boolean {
  return Object.entries(table).some(
    ([group, kinds]) =>
      apiGroups.some((each) => each === "*" || each === group) &&
      resources.some((resource) => covers(resource, kinds)),
  );
}

function isAboutOthers({ resourceNames = [], resources = [] }: Rule, names: ReadonlySet<string>): boolean {
  return (
    resourceNames.length > 0 &&
    resources.every((resource) => BY_NAME.includes(resource)) &&
    !resourceNames.some((name) => names.has(name))
  );
}

/** `*` with a subresource matches that subresource of every kind. */
function covers(resource: string, kinds: Kinds): boolean {
  if ("allBut" in kinds) return !kinds.allBut.includes(resource);
  if (resource === "*") return true;
  return kinds.some(
    (kind) => kind === resource || (resource.startsWith("*/") && kind.endsWith(resource.slice(1))),
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

/** Several rules in one line, at most three. */
export function describeRules(rules: readonly Rule[]): string {
  const shown = rules.slice(0, 3).map(describeRule).join("; ");
  return rules.length > 3 ? `${shown} and ${rules.length - 3} more` : shown;
}

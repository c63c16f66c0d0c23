import type { V1ResourceRule, V1SubjectRulesReviewStatus } from "@kubernetes/client-node";

/** A rule of RBAC as the API server lists it. */
export type Rule = Pick<V1ResourceRule, "apiGroups" | "resourceNames" | "resources" | "verbs">;

/** All that somebody may do in one namespace, by a text that two equal rules share. */
export type RuleSet = ReadonlyMap<string, Rule>;

/** Nothing where the API server cannot list everything: some authorizers cannot. */
export function ruleSet(status: V1SubjectRulesReviewStatus | undefined): RuleSet | undefined {
  if (status === undefined || status.incomplete) return undefined;
  return setOf(status.resourceRules);
}

export function setOf(rules: readonly Rule[]): RuleSet {
  return new Map(rules.map((rule) => [key(rule), rule]));
}

/** The API server lists rules in the order of the bindings, and each field in that of the role. */
function key({ apiGroups, resources, resourceNames, verbs }: Rule): string {
  const fields = [apiGroups, resources, resourceNames, verbs].map((field) => [...(field ?? [])].sort());
  return JSON.stringify(fields);
}

/** What is in one set and in none of the others. */
export function beyond(here: RuleSet, ...known: readonly RuleSet[]): Rule[] {
  return [...here].filter(([text]) => !known.some((set) => set.has(text))).map(([, rule]) => rule);
}

/** Kinds that decide about promotion; a cluster-wide grant on one by its name escapes a question without a name. */
const DECISIVE = [
  "*",
  "kargo.akuity.io",
  "argoproj.io",
  "rbac.authorization.k8s.io",
  "admissionregistration.k8s.io",
];
const READING = ["get", "list", "watch"];

/** Whether a rule lets somebody change, by its exact name, what decides about promotion. */
export function changesByName({ apiGroups, resourceNames, verbs }: Rule): boolean {
  const named = resourceNames !== undefined && resourceNames.length > 0;
  const decisive = apiGroups?.some((group) => DECISIVE.includes(group)) ?? false;
  return named && decisive && verbs.some((verb) => !READING.includes(verb));
}

/** `update,patch stages.kargo.akuity.io/dev`. */
export function describeRule({ apiGroups = [], resources = [], resourceNames = [], verbs }: Rule): string {
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

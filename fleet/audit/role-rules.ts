import type { V1LabelSelector } from "@kubernetes/client-node";
import type { Rule } from "./deciding-rights.ts";
import type { LiveObject, LiveObjects } from "./live-objects.ts";

/** The target of a binding. */
export interface RoleRef {
  readonly kind: string;
  readonly name: string;
}

interface LiveRole extends LiveObject {
  readonly rules?: readonly Rule[] | null;
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly V1LabelSelector[] };
}

/**
 * The rules of a Role, or of a ClusterRole with everything that it aggregates, even if Kubernetes has not written
 * these rules into it yet. Undefined if the role does not exist.
 */
export function rulesOf(
  { kind, name }: RoleRef,
  namespace: string | undefined,
  live: LiveObjects,
): readonly Rule[] | undefined {
  const role = live.get(roleOf({ kind, name }, namespace)) as LiveRole | undefined;
  if (role === undefined) return undefined;
  const seen = new Set<LiveRole>();
  const collect = (one: LiveRole): readonly Rule[] => {
    if (seen.has(one)) return [];
    seen.add(one);
    const selectors = one.aggregationRule?.clusterRoleSelectors ?? [];
    const aggregated = (live.all("ClusterRole") as readonly LiveRole[]).filter(({ metadata }) =>
      selectors.some((selector) => selects(selector, metadata.labels ?? {})),
    );
    return [...(one.rules ?? []), ...aggregated.flatMap(collect)];
  };
  const rules = new Map(collect(role).map((rule) => [JSON.stringify(rule), rule]));
  return [...rules.values()];
}

/** The role that a binding of this namespace names. */
export function roleOf({ kind, name }: RoleRef, namespace: string | undefined): LiveObject {
  return { apiVersion: "", kind, metadata: { name, namespace: kind === "Role" ? namespace : undefined } };
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
function selects(
  { matchLabels = {}, matchExpressions = [] }: V1LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      const among = value !== undefined && values.includes(value);
      switch (operator) {
        case "In":
          return among;
        case "NotIn":
          return !among;
        case "Exists":
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}

import type { PolicyRule } from "./rbac-types.ts";

/** An RBAC right: a verb on the objects of a kind, or on one of them. */
export interface Right {
  readonly group: string;
  /** The plural, with an optional subresource after a slash. */
  readonly resource: string;
  readonly name: string | undefined;
  readonly verb: string;
}

/** A rule that the API server lists for the caller; `*` matches everything. */
interface GrantedRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** All single rights of the rules. */
export function rightsOf(rules: readonly PolicyRule[]): readonly Right[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        resourceNames.flatMap((name) => verbs.map((verb): Right => ({ group, resource, name, verb }))),
      ),
    ),
  );
}

/**
 * The missing rights to list and watch objects that may be deleted. The provider needs them to wait for a deletion,
 * and hangs without them. The API server reports any other missing right at once.
 */
export function missingForDeletion(
  needed: readonly PolicyRule[],
  granted: readonly GrantedRule[],
): readonly Right[] {
  const rights = rightsOf(needed);
  const holds = (right: Right) => granted.some((rule) => gives(rule, right));
  const deletable = (group: string, resource: string) =>
    rights.some(
      (right) =>
        right.verb === "delete" && right.group === group && right.resource === resource && holds(right),
    );
  return rights.filter(
    (right) =>
      (right.verb === "list" || right.verb === "watch") &&
      !holds(right) &&
      deletable(right.group, right.resource),
  );
}

function gives(
  { apiGroups = [], resources = [], resourceNames = [], verbs }: GrantedRule,
  { group, resource, name, verb }: Right,
): boolean {
  const subresource = resource.split("/")[1];
  return (
    has(verbs, verb) &&
    has(apiGroups, group) &&
    (has(resources, resource) || (subresource !== undefined && resources.includes(`*/${subresource}`))) &&
    (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name)))
  );
}

const has = (all: readonly string[], one: string) => all.includes("*") || all.includes(one);

/** For people: `watch secrets`, `bind roles.rbac.authorization.k8s.io "kargo-fleet-team"`. */
export function wordsOf({ group, resource, name, verb }: Right): string {
  const kind = group === "" ? resource : `${resource}.${group}`;
  return name === undefined ? `${verb} ${kind}` : `${verb} ${kind} "${name}"`;
}

import type { PolicyRule } from "./rbac-types.ts";

/** One right that RBAC gives: a verb on the objects of a kind, or on one of them. */
export interface Right {
  readonly group: string;
  /** The plural, with the subresource behind a slash. */
  readonly resource: string;
  readonly name: string | undefined;
  readonly verb: string;
}

/** A rule as the API server lists it for whoever asks; `*` stands for everything. */
export interface HeldRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Every right that the rules give, one by one. */
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
 * The rights to list and watch what may be deleted, where no held rule gives them. The provider waits for each deletion by
 * them, and without them for ever; every other right that is missing the API server names at once.
 */
export function missingForDeletion(
  needed: readonly PolicyRule[],
  held: readonly HeldRule[],
): readonly Right[] {
  const rights = rightsOf(needed);
  const holds = (right: Right) => held.some((rule) => gives(rule, right));
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
  { apiGroups = [], resources = [], resourceNames = [], verbs }: HeldRule,
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

/** As a person reads it: `watch secrets`, `bind roles.rbac.authorization.k8s.io "kargo-fleet-team"`. */
export function wordsOf({ group, resource, name, verb }: Right): string {
  const kind = group === "" ? resource : `${resource}.${group}`;
  return name === undefined ? `${verb} ${kind}` : `${verb} ${kind} "${name}"`;
}

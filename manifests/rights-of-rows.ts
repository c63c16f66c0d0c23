import { resourceOf } from "./api-resource.ts";
import type { Place, SampleRow } from "./inventory/sample.ts";
import { type Right, rightsOf } from "./missing-rights.ts";
import { bindRoles } from "./rbac-rules.ts";
import type { PolicyRule, Role, RoleBinding } from "./rbac-types.ts";
import { RBAC_GROUP } from "./rbac-types.ts";

/** The verbs in the order in which rules list them. */
const READ = ["get", "list", "watch"];
/** RBAC cannot limit `create` to names, but it can limit these verbs. */
const CHANGE = ["update", "patch", "delete"];
const VERBS = [...READ, "create", ...CHANGE, "bind", "promote"];

/**
 * The rights to create, change and delete the objects of these rows. A deletion needs `list` and `watch`, without
 * which the provider hangs. Kubernetes lets an identity grant only rights that it has, so they include the rights
 * granted to teams.
 */
export function rightsOfRows(rows: readonly SampleRow[]): readonly Right[] {
  return rows.flatMap(rulesOf).flatMap((rule) => rightsOf([rule]));
}

function rulesOf({ manifest, filled, place }: SampleRow): readonly PolicyRule[] {
  const { group, resource } = resourceOf(manifest);
  const { name } = manifest.metadata;
  const of = { apiGroups: [group], resources: [resource] };
  if (filled) return [{ ...of, resourceNames: [name], verbs: ["get", "patch"] }];
  const own = { ...of, verbs: [...READ, "create", ...CHANGE] };
  switch (manifest.kind) {
    case "ClusterRoleBinding": {
      // Others may have such bindings too.
      const { roleRef } = manifest as RoleBinding;
      return [
        { ...of, verbs: [...READ, "create"] },
        { ...of, resourceNames: [name], verbs: CHANGE },
        {
          apiGroups: [RBAC_GROUP],
          resources: ["clusterroles"],
          resourceNames: [roleRef.name],
          verbs: ["bind"],
        },
      ];
    }
    case "RoleBinding":
      return [own, bindRoles([(manifest as RoleBinding).roleRef.name])];
    case "Role":
      return [own, ...(manifest as Role).rules.map((rule) => handedOut(rule, place))];
  }
  return [own];
}

/** The names in a service's Roles are its own Stages. */
function handedOut({ resourceNames, ...rule }: PolicyRule, place: Place): PolicyRule {
  return place === "projects" || resourceNames === undefined ? rule : { ...rule, resourceNames };
}

/**
 * The smallest set of rules with exactly these rights. A right on a name is omitted if the same right exists for
 * all names.
 */
export function rulesOfRights(
  rights: readonly Right[],
  granted: readonly Right[] = [],
): readonly PolicyRule[] {
  const keyOf = ({ group, resource, name = "", verb }: Right) => [group, resource, name, verb].join(" ");
  const given = new Set([...rights.filter(({ name }) => name === undefined), ...granted].map(keyOf));
  const elsewhere = new Set(granted.map(keyOf));
  const needed = rights.filter(
    (right) =>
      !elsewhere.has(keyOf(right)) &&
      (right.name === undefined || !given.has(keyOf({ ...right, name: undefined }))),
  );
  const byObject = Map.groupBy(needed, ({ group, resource, name = "" }) => [group, resource, name].join(" "));
  const verbs = (own: readonly Right[]) => VERBS.filter((verb) => own.some((right) => right.verb === verb));
  const objects = [...byObject.values()].flatMap((own) => (own[0] ? [{ ...own[0], verbs: verbs(own) }] : []));
  const alike = Map.groupBy(objects, ({ group, resource, name, verbs }) =>
    [group, name === undefined ? "" : resource, ...verbs].join(" "),
  );
  return [...alike.values()].flatMap((all) => {
    const [first] = all;
    if (!first) return [];
    const names = all.flatMap(({ name }) => name ?? []);
    return [
      {
        apiGroups: [first.group],
        resources: [...new Set(all.map(({ resource }) => resource))].sort(),
        ...(names.length > 0 && { resourceNames: names }),
        verbs: first.verbs,
      },
    ];
  });
}

import { decides, describeRules, type Rule } from "./deciding-rights.ts";
import { EVERY_NAMESPACE, type Finding } from "./finding.ts";
import { projectOf } from "./known-subjects.ts";
import { idOf, type LiveObject, type LiveObjects } from "./live-objects.ts";
import { type RoleRef, roleOf, rulesOf } from "./role-rules.ts";
import { labelOf, subjectsOf } from "./subjects.ts";

/** The namespaces of a plan. */
export interface Places {
  /** Namespaces of services: only bindings of the program and of Kargo are expected. */
  readonly projects: readonly string[];
  /** Build namespaces. */
  readonly builds: readonly string[];
  /** Other namespaces that contain only objects of the program, like build namespaces. */
  readonly own: readonly string[];
  /** Namespaces shared with others, where only rights that matter are reported. */
  readonly shared: readonly string[];
}

/** The subjects with other rights, and the number of evaluated bindings. */
interface OtherRights {
  readonly findings: readonly Finding[];
  /** The number of RoleBindings and ClusterRoleBindings. */
  readonly bindings: number;
  /** The expected subjects with rights that matter. */
  readonly known: readonly string[];
}

/**
 * Evaluates every binding that applies in the plan's namespaces. In the program's own namespaces every right that
 * the plan does not bind is a finding; elsewhere only rights that matter are.
 */
export function otherRights(options: {
  readonly expected: readonly LiveObject[];
  readonly live: LiveObjects;
  readonly places: Places;
  isKnown(label: string, hasClaims: boolean): boolean;
}): OtherRights {
  const { expected, live, places, isKnown } = options;
  const roles = new Set(expected.map(idOf));
  // Other people may change their roles, so those are examined even if the plan binds them.
  const planned = new Set(
    expected
      .filter(isBinding)
      .flatMap(grantsOf)
      .filter(({ role, namespace }) => roles.has(idOf(roleOf(role, namespace))))
      .map(keyOf),
  );
  const names = new Set(expected.map(({ metadata }) => metadata.name));
  const claims = claimsOf(live);
  const own = new Set([...places.projects, ...places.builds, ...places.own]);
  const reached = new Set([...own, ...places.shared]);
  const bindings = [
    ...live.all("RoleBinding").filter(({ metadata }) => reached.has(metadata.namespace ?? "")),
    ...live.all("ClusterRoleBinding"),
  ];
  const known = new Set<string>();
  const findings = bindings.flatMap(grantsOf).flatMap((grant): Finding[] => {
    const { id, role, who, namespace } = grant;
    if (planned.has(keyOf(grant))) return [];
    const rules = rulesOf(role, namespace, live);
    const inOwn = namespace !== undefined && own.has(namespace);
    const mattering = (rules ?? []).filter((rule) => inOwn || decides(rule, names));
    // A missing role may be created later and would then grant rights.
    if (mattering.length === 0 && !(inOwn && rules === undefined)) return [];
    const claimed = claims.get(who);
    const kargos = claimed === undefined && isKargosOwn(grant, mattering, places.projects);
    if (kargos || isKnown(who, claimed !== undefined)) {
      // Kargo creates the same accounts in each Project, so they are reported once.
      known.add(kargos ? who.replace(/ .+\//, " <its Project>/") : who);
      return [];
    }
    const what =
      mattering.length === 0 ? "will get the rights of its missing role" : `may ${describeRules(mattering)}`;
    const acting = claimed === undefined ? "" : `; Kargo lets anybody with the claim ${claimed} act as it`;
    const because = `${id} to ${role.kind} ${role.name}${acting}`;
    return [{ where: namespace ?? EVERY_NAMESPACE, who: [who], what, because }];
  });
  return { findings, bindings: bindings.length, known: [...known].sort() };
}

/** One subject of one binding. */
interface Grant {
  readonly id: string;
  readonly role: RoleRef;
  readonly who: string;
  readonly namespace: string | undefined;
}

function isBinding({ kind }: LiveObject): boolean {
  return kind === "RoleBinding" || kind === "ClusterRoleBinding";
}

function grantsOf(binding: LiveObject): Grant[] {
  const { roleRef } = binding as LiveObject & { readonly roleRef: RoleRef };
  const { namespace } = binding.metadata;
  return subjectsOf(binding).map((subject) => ({
    id: idOf(binding),
    role: roleRef,
    who: labelOf(subject),
    namespace,
  }));
}

function keyOf({ id, role, who }: Grant): string {
  return JSON.stringify([id, role.kind, role.name, who]);
}

/** Kargo's ServiceAccounts of a Project have rights in it, and one of them on the Project itself. */
function isKargosOwn(
  { who, namespace }: Grant,
  rules: readonly Rule[],
  projects: readonly string[],
): boolean {
  const project = projectOf(who);
  if (project === undefined) return false;
  if (namespace !== undefined) return namespace === project && projects.includes(project);
  return rules.every(
    ({ resources = [], resourceNames = [] }) =>
      resources.join() === "projects" && resourceNames.join() === project,
  );
}

/** The claims that Kargo maps to ServiceAccounts, by the account's label. */
function claimsOf(live: LiveObjects): ReadonlyMap<string, string> {
  const accounts = live.all("ServiceAccount").flatMap(({ kind, metadata }) => {
    const claims = Object.entries(metadata.annotations ?? {}).filter(([key]) =>
      key.startsWith("rbac.kargo.akuity.io/claim"),
    );
    const text = claims.map(([, value]) => value).join(", ");
    return claims.length === 0 ? [] : [[labelOf({ kind, ...metadata }), text] as const];
  });
  return new Map(accounts);
}

import { decides, describeRules, type Rule } from "./deciding-rights.ts";
import { EVERY_NAMESPACE, type Finding } from "./finding.ts";
import { projectOf } from "./known-subjects.ts";
import { idOf, type LiveObject, type LiveObjects } from "./live-objects.ts";
import { type RoleRef, roleOf, rulesOf } from "./role-rules.ts";
import { labelOf, subjectsOf } from "./subjects.ts";

/** The namespaces that a plan touches. */
export interface Places {
  /** Of the services: only what the program and Kargo bind is expected there. */
  readonly projects: readonly string[];
  /** Of builds. */
  readonly builds: readonly string[];
  /** Others that hold nothing but what is the program's, as those of builds. */
  readonly own: readonly string[];
  /** Where others have rights too, so that only those that matter are looked at. */
  readonly shared: readonly string[];
}

/** What "who else?" found, and how much it looked at. */
export interface OtherRights {
  readonly findings: readonly Finding[];
  /** How many RoleBindings and ClusterRoleBindings. */
  readonly bindings: number;
  /** Subjects with rights that matter, who were expected to have some. */
  readonly known: readonly string[];
}

/**
 * Asks of every binding that reaches the plan's namespaces who gets what by it. What the plan does not bind to that subject
 * is a finding: in a namespace of the program's own whatever it is, elsewhere where it matters.
 */
export function otherRights(options: {
  readonly expected: readonly LiveObject[];
  readonly live: LiveObjects;
  readonly places: Places;
  isKnown(label: string, hasClaims: boolean): boolean;
}): OtherRights {
  const { expected, live, places, isKnown } = options;
  const roles = new Set(expected.map(idOf));
  // What a role of somebody else's grants is looked at, though the plan binds it.
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
    // A role that is missing today may be there tomorrow, and the right with it.
    if (mattering.length === 0 && !(inOwn && rules === undefined)) return [];
    const claimed = claims.get(who);
    const kargos = claimed === undefined && isKargosOwn(grant, mattering, places.projects);
    if (kargos || isKnown(who, claimed !== undefined)) {
      // Kargo makes the same accounts in each Project.
      known.add(kargos ? who.replace(/ .+\//, " <its Project>/") : who);
      return [];
    }
    const what =
      mattering.length === 0 ? "will have what its role will grant" : `may ${describeRules(mattering)}`;
    const acting = claimed === undefined ? "" : `; Kargo lets whoever claims ${claimed} act as it`;
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

/** Kargo's own ServiceAccounts of a Project have rights in it, and one of them on the Project itself. */
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

import type { SubjectPlan } from "../model/access.ts";
import type { GuardPlan } from "../model/guard-plan.ts";
import { buildNamespace, EVENTS_NAMESPACE, TEAMS_NAMESPACE } from "../model/names.ts";
import {
  APPROVERS_ROLE,
  bound,
  KARGO_USER,
  KARGO_USERS_BINDING,
  SERVICE_ROLES,
  TEAM_ROLE,
  teamServiceAccount,
} from "./access.ts";
import { SENSOR_ACCOUNT } from "./argo-events.ts";
import { BUILD_ROLES, READERS_ROLE, SENSOR_ROLE } from "./build-namespace.ts";
import { allOf, anyOf, formed, isOneOf, literal, text } from "./cel.ts";
import { type DeployedKind, IT, isProject, placed } from "./deployed-kind.ts";
import { ELECT_LEADER, eventAccounts } from "./events-namespace.ts";
import { RBAC_GROUP } from "./rbac-rules.ts";
import type { PolicyRule, Subject } from "./rbac-types.ts";

const CLAIMS = "rbac.kargo.akuity.io/";
const ANNOTATIONS = `${IT}.metadata.?annotations.orValue({})`;

/** Who gets rights from the deployer, and which: people and accounts of the catalogue, in the program's own Roles. */
export function deployedAccess(
  { teams }: GuardPlan,
  subjects: readonly SubjectPlan[],
): readonly DeployedKind[] {
  const builds = teams.map(buildNamespace);
  const named = (it: string) =>
    anyOf(
      allOf(
        isProject(`${it}.metadata.namespace`),
        isOneOf(`${it}.metadata.name`, Object.keys(SERVICE_ROLES)),
      ),
      allOf(
        isOneOf(`${it}.metadata.namespace`, builds),
        isOneOf(`${it}.metadata.name`, Object.keys(BUILD_ROLES)),
      ),
      placed(it, EVENTS_NAMESPACE, [SENSOR_ACCOUNT]),
    );
  return [
    { kind: `roles.${RBAC_GROUP}`, named, form: rulesHeld(), says: "the program's Roles, with its rules" },
    {
      kind: `rolebindings.${RBAC_GROUP}`,
      named,
      form: allOf(
        formed(`${IT}.roleRef`, { exactly: { apiGroup: RBAC_GROUP, kind: "Role" }, any: ["name"] }),
        `${IT}.roleRef.name == ${IT}.metadata.name`,
        subjectsHeld(subjects),
      ),
      says: "bindings of the program's Roles, to groups and accounts of the catalogue",
    },
    {
      kind: `clusterrolebindings.${RBAC_GROUP}`,
      named: (it) => `${it}.metadata.name == ${text(KARGO_USERS_BINDING)}`,
      form: allOf(
        `${IT}.roleRef == ${literal({ apiGroup: RBAC_GROUP, kind: "ClusterRole", name: KARGO_USER })}`,
        `${IT}.?subjects.orValue([]).all(s, s in ${literal(subjects.map((subject) => bound(subject)[1]))})`,
      ),
      says: `${KARGO_USERS_BINDING}, of ${KARGO_USER}, to accounts of the catalogue`,
    },
    accounts(subjects),
  ];
}

/** A service's Roles also have the verb `promote`, on Stages by name. */
function rulesHeld(): string {
  const own = (names: readonly string[], namespace: string) =>
    allOf(namespace, isOneOf(`${IT}.metadata.name`, names));
  const inBuilds = `${IT}.metadata.namespace.startsWith("builds-")`;
  const only = (rules: readonly PolicyRule[], more = "false") =>
    `${IT}.?rules.orValue([]).all(r, r in ${literal(rules)} || ${more})`;
  const promote = allOf(
    `r.size() == 4 && r.?apiGroups.orValue([]) == ["kargo.akuity.io"] && r.?resources.orValue([]) == ["stages"]`,
    'r.?verbs.orValue([]) == ["promote"] && r.?resourceNames.orValue([]).size() > 0',
  );
  return anyOf(
    ...Object.entries(SERVICE_ROLES).map(([name, rules]) =>
      allOf(own([name], isProject(`${IT}.metadata.namespace`)), only(rules, `(${promote})`)),
    ),
    ...Object.entries(BUILD_ROLES).map(([name, rules]) => allOf(own([name], inBuilds), only(rules))),
    allOf(placed(IT, EVENTS_NAMESPACE, [SENSOR_ACCOUNT]), only(ELECT_LEADER)),
  );
}

/** A service's bindings are a team's, or its approvers': the group and the account that stands for it. */
function subjectsHeld(subjects: readonly SubjectPlan[]): string {
  const given = `${IT}.?subjects.orValue([])`;
  const sensor: Subject = { kind: "ServiceAccount", name: SENSOR_ACCOUNT, namespace: EVENTS_NAMESPACE };
  const groups = subjects.map((subject) => bound(subject)[0]);
  const pairs = (kind: string) =>
    literal(subjects.filter(({ serviceAccount }) => serviceAccount.startsWith(kind)).map(bound));
  const name = `${IT}.metadata.name`;
  return anyOf(
    `${name} == ${text(TEAM_ROLE)} && ${given} in ${pairs("team-")}`,
    `${name} == ${text(APPROVERS_ROLE)} && ${given} in ${pairs("approvers-")}`,
    `${name} == ${text(SENSOR_ROLE)} && ${given} == ${literal([sensor])}`,
    `${name} == ${text(READERS_ROLE)} && ${given}.all(s, s in ${literal(groups)})`,
  );
}

/** A team's account says which directory group acts as it; those of Argo Events say nothing. */
function accounts(subjects: readonly SubjectPlan[]): DeployedKind {
  const teams = subjects.map(teamServiceAccount);
  const events = eventAccounts().map(({ metadata }) => metadata.name);
  const claims = teams.map(({ metadata: { name, annotations = {} } }) => {
    const [key = ""] = Object.keys(annotations).filter((one) => one.startsWith(CLAIMS));
    return allOf(
      `${IT}.metadata.name == ${text(name)}`,
      `${ANNOTATIONS}[?${text(key)}].orValue("") == ${text(annotations[key] ?? "")}`,
      `${ANNOTATIONS}.all(k, !k.startsWith(${text(CLAIMS)}) || k == ${text(key)})`,
    );
  });
  const named = (it: string) =>
    anyOf(
      placed(
        it,
        TEAMS_NAMESPACE,
        teams.map(({ metadata }) => metadata.name),
      ),
      placed(it, EVENTS_NAMESPACE, events),
    );
  return {
    kind: "serviceaccounts.",
    named,
    form: allOf(
      `!("secrets" in ${IT}) && !("imagePullSecrets" in ${IT})`,
      anyOf(placed(IT, EVENTS_NAMESPACE, events), ...claims),
    ),
    says: "accounts of the catalogue's teams, with their claims, and those of Argo Events",
  };
}

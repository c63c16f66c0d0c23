import { EVENTS_NAMESPACE, TEAMS_NAMESPACE } from "../model/names.ts";
import { APPROVERS_ROLE, KARGO_USER, KARGO_USERS_BINDING, SERVICE_ROLES, TEAM_ROLE } from "./access.ts";
import { type AllowedKind, groupOf, IT, inBuilds, isProject, placed } from "./allowed-kind.ts";
import { SENSOR_ACCOUNT } from "./argo-events.ts";
import { BUILD_ROLES, READERS_ROLE, SENSOR_ROLE } from "./build-namespace.ts";
import { allOf, anyOf, formed, isOneOf, literal, text } from "./cel.ts";
import { ELECT_LEADER, eventAccounts } from "./events-namespace.ts";
import { messageAccounts } from "./notification-sources.ts";
import type { PolicyRule, Subject } from "./rbac-types.ts";
import { RBAC_GROUP } from "./rbac-types.ts";

const NAME = `${IT}.metadata.name`;
const SUBJECTS = `${IT}.?subjects.orValue([])`;

/** Whether a subject is a directory group, or an account of the teams' namespace. */
const isGroup = (subject: string) =>
  formed(subject, { exactly: { kind: "Group", apiGroup: RBAC_GROUP }, any: ["name"] });
const isAccount = (subject: string) =>
  formed(subject, { exactly: { kind: "ServiceAccount", namespace: TEAMS_NAMESPACE }, any: ["name"] });

/**
 * The limits for rights that the deployer grants: only to groups and accounts of the catalogue, in the program's
 * own Roles.
 */
export function allowedAccess(): readonly AllowedKind[] {
  const named = (it: string) =>
    anyOf(
      allOf(
        isProject(`${it}.metadata.namespace`),
        isOneOf(`${it}.metadata.name`, Object.keys(SERVICE_ROLES)),
      ),
      allOf(inBuilds(it), isOneOf(`${it}.metadata.name`, Object.keys(BUILD_ROLES))),
      placed(it, EVENTS_NAMESPACE, [SENSOR_ACCOUNT]),
    );
  return [
    { kind: `roles.${RBAC_GROUP}`, named, form: rulesHeld(), says: "the program's Roles, with its rules" },
    {
      kind: `rolebindings.${RBAC_GROUP}`,
      named,
      form: allOf(
        formed(`${IT}.roleRef`, { exactly: { apiGroup: RBAC_GROUP, kind: "Role" }, any: ["name"] }),
        `${IT}.roleRef.name == ${NAME}`,
        subjectsHeld(),
      ),
      says: "bindings of the program's Roles, to groups and accounts of the catalogue",
    },
    {
      kind: `clusterrolebindings.${RBAC_GROUP}`,
      named: (it) => `${it}.metadata.name == ${text(KARGO_USERS_BINDING)}`,
      form: allOf(
        `${IT}.roleRef == ${literal({ apiGroup: RBAC_GROUP, kind: "ClusterRole", name: KARGO_USER })}`,
        `${SUBJECTS}.all(s, ${isAccount("s")} && ${groupOf("s.name")}.hasValue())`,
      ),
      says: `${KARGO_USERS_BINDING}, of ${KARGO_USER}, to accounts of the catalogue`,
    },
    accounts(),
  ];
}

/** A service's Roles also have the verb `promote` on named Stages. */
function rulesHeld(): string {
  const only = (rules: readonly PolicyRule[], more = "false") =>
    `${IT}.?rules.orValue([]).all(r, r in ${literal(rules)} || ${more})`;
  const promote = allOf(
    formed("r", {
      exactly: { apiGroups: ["kargo.akuity.io"], resources: ["stages"], verbs: ["promote"] },
      any: ["resourceNames"],
    }),
    "r.resourceNames.size() > 0",
  );
  const own = (name: string, where: string, rules: string) => allOf(`${NAME} == ${text(name)}`, where, rules);
  return anyOf(
    ...Object.entries(SERVICE_ROLES).map(([name, rules]) =>
      own(name, isProject(`${IT}.metadata.namespace`), only(rules, `(${promote})`)),
    ),
    ...Object.entries(BUILD_ROLES).map(([name, rules]) => own(name, inBuilds(IT), only(rules))),
    allOf(placed(IT, EVENTS_NAMESPACE, [SENSOR_ACCOUNT]), only(ELECT_LEADER)),
  );
}

/**
 * A service's bindings have two subjects: the group of the team or its approvers, and the account of that group.
 */
function subjectsHeld(): string {
  const sensor: Subject = { kind: "ServiceAccount", name: SENSOR_ACCOUNT, namespace: EVENTS_NAMESPACE };
  const [group, account] = [`${SUBJECTS}[0]`, `${SUBJECTS}[1]`];
  const pair = (known: string) =>
    allOf(
      `${SUBJECTS}.size() == 2`,
      isGroup(group),
      isAccount(account),
      `${known}[?${account}.name] == optional.of(${group}.name)`,
    );
  const own = (role: string, rule: string) => allOf(`${NAME} == ${text(role)}`, rule);
  return anyOf(
    own(TEAM_ROLE, pair("variables.teams")),
    own(APPROVERS_ROLE, pair("variables.approvers")),
    own(SENSOR_ROLE, `${SUBJECTS} == ${literal([sensor])}`),
    own(READERS_ROLE, `${SUBJECTS}.all(s, ${isGroup("s")} && s.name in variables.groups)`),
  );
}

/** A team's account has claims of its directory group; those of Argo Events have none. */
function accounts(): AllowedKind {
  const claims = "rbac.kargo.akuity.io/claims";
  const annotations = `${IT}.metadata.?annotations.orValue({})`;
  const inEvents = (it: string) =>
    placed(
      it,
      EVENTS_NAMESPACE,
      [...eventAccounts(), ...messageAccounts()].map(({ metadata }) => metadata.name),
    );
  const ofTeam = (it: string) =>
    allOf(
      `${it}.metadata.namespace == ${text(TEAMS_NAMESPACE)}`,
      `${groupOf(`${it}.metadata.name`)}.hasValue()`,
    );
  // The group in JSON; only these two of its characters need escaping.
  const escaped = String.raw`${groupOf(NAME)}.value().replace("\\", "\\\\").replace("\"", "\\\"")`;
  return {
    kind: "serviceaccounts.",
    named: (it) => anyOf(ofTeam(it), inEvents(it)),
    gone: (it) => anyOf(`${it}.metadata.namespace == ${text(TEAMS_NAMESPACE)}`, inEvents(it)),
    form: allOf(
      `!("secrets" in ${IT}) && !("imagePullSecrets" in ${IT})`,
      `${annotations}.all(k, !k.startsWith("rbac.kargo.akuity.io/") || k == ${text(claims)})`,
      anyOf(
        inEvents(IT),
        `${annotations}[?${text(claims)}].orValue("") == '{"groups":["' + ${escaped} + '"]}'`,
      ),
    ),
    says: "accounts of the catalogue's teams, with their claims, and those of Argo Events",
  };
}

import { TEAMS_NAMESPACE } from "../../model/names.ts";
import type { Plan } from "../../model/plan.ts";
import type { Identity } from "../cluster.ts";

/**
 * An identity of a person: the directory group that kubectl uses, or the ServiceAccount that Kargo's UI and CLI
 * use.
 */
export interface Actor {
  readonly form: "group" | "ServiceAccount";
  /** The name of the group, or of the ServiceAccount in the teams' namespace. */
  readonly name: string;
}

/** The group of all authenticated users, which includes every identity here. */
const EVERYONE = "system:authenticated";

/** A group without any rights of its own. Whatever it may do, everybody may. */
export const NOBODY: Actor = { form: "group", name: "kargo-fleet-audit-nobody" };

/** A row of the matrix: a team or its approvers, with both identities. */
export interface Row {
  readonly label: string;
  readonly actors: readonly Actor[];
}

export function rowsOf(plan: Plan): Row[] {
  const all = [
    ...(plan.platform?.subjects ?? []),
    ...plan.services.flatMap(({ access }) => [access.team, access.approvers]),
  ];
  const subjects = new Map(all.map((subject) => [subject.serviceAccount, subject]));
  const rows = [...subjects.values()].map(({ group, serviceAccount }): Row => {
    const person: Actor = { form: "group", name: group };
    return { label: serviceAccount, actors: [person, { form: "ServiceAccount", name: serviceAccount }] };
  });
  rows.sort((a, b) => order(a.label, b.label));
  return [...rows, { label: "nobody", actors: [NOBODY] }];
}

/** Sorts a team before its approvers. */
function order(a: string, b: string): number {
  const key = (label: string) => {
    const [kind = "", ...name] = label.split("-");
    return `${name.join("-")} ${kind === "team" ? 0 : 1}`;
  };
  return key(a).localeCompare(key(b));
}

/** Each actor once, even if two teams share a group. */
export function distinct(rows: readonly Row[]): Actor[] {
  return [...new Map(rows.flatMap(({ actors }) => actors).map((actor) => [label(actor), actor])).values()];
}

/** `group AD-Edge` or `ServiceAccount kargo-fleet-teams/team-edge`. */
export function label({ form, name }: Actor): string {
  return form === "group" ? `group ${name}` : `ServiceAccount ${TEAMS_NAMESPACE}/${name}`;
}

/** The identity that the API server sees for an actor. */
export function identityOf(actor: Actor): Identity {
  if (actor.form === "group") return { user: "kargo-fleet-audit", groups: [actor.name, EVERYONE] };
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${TEAMS_NAMESPACE}`, EVERYONE];
  return { user: `system:serviceaccount:${TEAMS_NAMESPACE}:${actor.name}`, groups };
}

/** The actor and its groups, in the form of subjects of bindings. */
export function labelsOf(actor: Actor): readonly string[] {
  return [label(actor), ...identityOf(actor).groups.map((group) => `group ${group}`)];
}

import type { SubjectPlan } from "../../model/access.ts";
import { TEAMS_NAMESPACE } from "../../model/names.ts";
import type { Plan } from "../../model/plan.ts";
import type { Identity } from "../cluster.ts";

/** One way in: a directory group as kubectl brings it, or a ServiceAccount as Kargo's UI and CLI do. */
export interface Actor {
  readonly form: "group" | "ServiceAccount";
  /** The group's name, or that of a ServiceAccount in the teams' namespace. */
  readonly name: string;
}

/** Everyone is in it; what is granted to it is granted to all, so every identity here is in it too. */
const EVERYONE = "system:authenticated";

/** A group that nobody gave anything: what it may do, anyone may. */
export const NOBODY: Actor = { form: "group", name: "kargo-fleet-audit-nobody" };

/** A row of the matrix: a team or its approvers, with both its ways in. */
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
  const rows = [...subjects.values()].map((subject) => ({
    label: subject.serviceAccount,
    actors: actorsOf(subject),
  }));
  rows.sort((a, b) => order(a.label, b.label));
  return [...rows, { label: "nobody", actors: [NOBODY] }];
}

/** A team above its approvers. */
function order(a: string, b: string): number {
  const key = (label: string) => {
    const [kind = "", ...name] = label.split("-");
    return `${name.join("-")} ${kind === "team" ? 0 : 1}`;
  };
  return key(a).localeCompare(key(b));
}

function actorsOf({ group, serviceAccount }: SubjectPlan): Actor[] {
  return [
    { form: "group", name: group },
    { form: "ServiceAccount", name: serviceAccount },
  ];
}

/** Every actor once, though two teams may share a group. */
export function distinct(rows: readonly Row[]): Actor[] {
  return [...new Map(rows.flatMap(({ actors }) => actors).map((actor) => [label(actor), actor])).values()];
}

/** `group AD-Edge` or `ServiceAccount kargo-fleet-teams/team-edge`. */
export function label({ form, name }: Actor): string {
  return form === "group" ? `group ${name}` : `ServiceAccount ${TEAMS_NAMESPACE}/${name}`;
}

/** How the API server sees an actor. */
export function identityOf(actor: Actor): Identity {
  if (actor.form === "group") return { user: "kargo-fleet-audit", groups: [actor.name, EVERYONE] };
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${TEAMS_NAMESPACE}`, EVERYONE];
  return { user: `system:serviceaccount:${TEAMS_NAMESPACE}:${actor.name}`, groups };
}

/** The actor and the groups that it is in, as the subjects of bindings are called. */
export function labelsOf(actor: Actor): readonly string[] {
  return [label(actor), ...identityOf(actor).groups.map((group) => `group ${group}`)];
}

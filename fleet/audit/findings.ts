import type { ServicePlan } from "../../model/plan.ts";
import { type Actor, label } from "./actors.ts";
import { type Check, describe } from "./checks.ts";
import { expected, type Rights } from "./expectations.ts";
import type { Verdict } from "./reviews.ts";
import { describeRules, type Rule } from "./rules.ts";

/** A cell that is wrong: somebody can do what they should not, or cannot do what they should. */
export interface Finding {
  /** `group AD-Edge`. */
  readonly who: string;
  /** `promote stages.kargo.akuity.io/prod`. */
  readonly what: string;
  /** A namespace, `every namespace`, or `the cluster`. */
  readonly where: string;
  readonly expected: boolean;
  readonly actual: boolean;
  /** The object that grants it, in RBAC's words, or the one that should. */
  readonly because: string;
}

/** Where cluster-wide grants show: a namespace that does not exist, so that nothing is bound in it. */
export const NOWHERE = "kargo-fleet-audit-nowhere";

/** Compares one answer with the promise; nothing where they agree. */
export function judge(
  actor: Actor,
  check: Check,
  rights: Rights,
  { allowed, reason }: Verdict,
  place: { readonly namespace: string; readonly service?: ServicePlan },
): Finding | undefined {
  const should = expected(check, rights, actor);
  if (should === allowed) return undefined;
  const because = allowed ? reason || "the API server does not say why" : missing(check, actor, place);
  const namespace = check.namespace === undefined ? place.namespace : check.namespace;
  const said = { who: label(actor), what: describe(check), where: whereOf(namespace) };
  return { ...said, expected: should, actual: allowed, because };
}

function whereOf(namespace: string | null): string {
  if (namespace === null) return "the cluster";
  return namespace === NOWHERE ? "every namespace" : namespace;
}

/** Somebody has rules in a namespace that the plan does not give them, though no check above found them out. */
export function unpromised(actor: Actor, rules: readonly Rule[], namespace: string): Finding | undefined {
  if (rules.length === 0) return undefined;
  const where = whereOf(namespace);
  const because = "a role that the plan does not know, bound in that place";
  return { who: label(actor), what: describeRules(rules), where, expected: false, actual: true, because };
}

/** The object that should grant it: missing, or not as it was made. */
function missing(
  { need, name }: Check,
  actor: Actor,
  { namespace, service }: { readonly namespace: string; readonly service?: ServicePlan },
): string {
  if (need === "log-in" || service === undefined)
    return "ClusterRoleBinding kargo-fleet-users to ClusterRole kargo-user is missing or changed";
  const { access, stages } = service;
  const stage = stages.find((each) => each.name === name);
  const isTeam = [access.team.group, access.team.serviceAccount].includes(actor.name);
  const ofApprovers = need === "approve" || stage?.deployment?.promotion === "manual" || !isTeam;
  const granted = ofApprovers ? "kargo-fleet-approvers" : "kargo-fleet-team";
  return `RoleBinding or Role ${namespace}/${granted} is missing or changed`;
}

/** What is so in every namespace is said once, not once for each of them. */
export function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const key = ({ who, what }: Finding) => `${who}\n${what}`;
  const everywhere = new Set(findings.filter(({ where }) => where === "every namespace").map(key));
  return findings
    .filter((finding) => finding.where === "every namespace" || !everywhere.has(key(finding)))
    .sort(
      (a, b) => a.where.localeCompare(b.where) || a.who.localeCompare(b.who) || a.what.localeCompare(b.what),
    );
}

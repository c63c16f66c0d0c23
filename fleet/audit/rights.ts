import type { SubjectPlan } from "../../model/access.ts";
import type { ServicePlan } from "../../model/plan.ts";
import type { Actor } from "./actors.ts";

/** The rights that somebody should have on one service. */
export interface Rights {
  /** Read everything, start and abort Promotions, refresh and reverify: the team and its approvers. */
  readonly use: boolean;
  /** Be a member of the team. */
  readonly team: boolean;
  /** Approve Freight with kubectl: the approvers, or the team if it has none. */
  readonly approve: boolean;
  /** The Stages that the actor may promote to. */
  readonly promote: readonly string[];
}

/**
 * The rights that the plan promises an actor. They are derived from teams and Stages, not from the manifests under
 * test. If two teams share a group, the group has the rights of both.
 */
export function rightsOf(actor: Actor, { access, stages }: Pick<ServicePlan, "access" | "stages">): Rights {
  const deploying = stages.flatMap(({ name, deployment }) => (deployment ? [{ name, ...deployment }] : []));
  const team = is(actor, access.team);
  const approver = is(actor, access.approvers);
  return {
    use: team || approver,
    team,
    approve: approver,
    promote: deploying
      .filter(({ promotion }) => (promotion === "manual" ? approver : team))
      .map(({ name }) => name),
  };
}

function is({ form, name }: Actor, { group, serviceAccount }: SubjectPlan): boolean {
  return name === (form === "group" ? group : serviceAccount);
}

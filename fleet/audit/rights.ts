import type { SubjectPlan } from "../../model/access.ts";
import type { ServicePlan } from "../../model/plan.ts";
import type { Actor } from "./actors.ts";

/** What somebody should be able to do with one service. */
export interface Rights {
  /** See all of it, start and abort Promotions, refresh and reverify: the team and its approvers. */
  readonly use: boolean;
  /** Belong to the team. */
  readonly team: boolean;
  /** Approve Freight by kubectl: the approvers, or the team where it names none. */
  readonly approve: boolean;
  /** The Stages to promote to. */
  readonly promote: readonly string[];
}

/**
 * What the plan promises an actor. Derived from the teams and the pipeline's Stages alone, not from the manifests
 * that are to keep the promise. Of two teams that share a group, the group has what both have.
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

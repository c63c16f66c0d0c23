import type { Plan, ServicePlan } from "../../model/plan.ts";

/** A hook that the plan has, and the services that hear of pushes by it. */
export interface HookTarget {
  /** Whose hook it is: `acme/nginx`, or `acme` where it is the organization's. */
  readonly place: string;
  /** What tells it from other hooks there. */
  readonly url: string;
  readonly services: readonly HookedService[];
}

/** A service that hears of pushes to a repository. */
export interface HookedService {
  readonly name: string;
  /** `owner/name`. */
  readonly repository: string;
}

/** The hooks by which some services of a plan hear of pushes; a decommissioned one hears of none. */
export function hookTargets({ github }: Plan, services: readonly ServicePlan[]): HookTarget[] {
  return services.flatMap(({ name, webhook }) => {
    if (!webhook?.active) return [];
    const repository = `${github.owner}/${webhook.repository}`;
    return [{ place: repository, url: webhook.url, services: [{ name, repository }] }];
  });
}

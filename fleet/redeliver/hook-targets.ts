import type { BuildPlan, Plan, ServicePlan } from "../../model/plan.ts";
import { FleetError } from "../fleet-error.ts";

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
  /** Whether the image that was built last wins, whenever its commit was pushed. */
  readonly newestBuild: boolean;
}

/**
 * The hooks by which some services of a plan hear of pushes: each its own, or the organization's one, which is for the
 * services of the cluster's other shards too. A service that is not built, or is decommissioned, hears of none.
 *
 * @throws FleetError where the organization's hook is another stack's
 */
export function hookTargets(plan: Plan, services: readonly ServicePlan[]): HookTarget[] {
  const { github, platform } = plan;
  const built = services.filter(({ build, state }) => build !== undefined && state === "active");
  const organization = platform?.buildTriggers?.organizationHook;
  if (organization) {
    const names = new Set(built.map(({ name }) => name));
    const isAll = services.length === plan.services.length;
    const hooked = platform.buildTriggers.groups
      .flatMap(({ builds }) => builds)
      .filter(({ service, state }) => state === "active" && (isAll || names.has(service)))
      .map(hookedBy)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    return hooked.length === 0 ? [] : [{ place: github.owner, url: organization.url, services: hooked }];
  }
  if (built.length > 0 && built.every(({ webhook }) => webhook === undefined)) {
    throw new FleetError(
      "These services hear of pushes by the organization's webhook, which belongs to the stack of this cluster with " +
        "platform: true. Name that one with --stack.",
    );
  }
  return built.flatMap(({ build, webhook }) => {
    if (!build || !webhook?.active) return [];
    const service = hookedBy(build);
    return [{ place: service.repository, url: webhook.url, services: [service] }];
  });
}

function hookedBy({ service, owner, repository, tags }: BuildPlan): HookedService {
  return { name: service, repository: `${owner}/${repository}`, newestBuild: tags === "commit" };
}

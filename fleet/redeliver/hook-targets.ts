import type { BuildPlan, Plan, ServicePlan } from "../../model/plan.ts";
import { FleetError } from "../fleet-error.ts";

/** A planned hook, and the services that receive its pushes. */
export interface HookTarget {
  /** The hook's repository or organization: `acme/nginx` or `acme`. */
  readonly place: string;
  /** The address that identifies it. */
  readonly url: string;
  readonly services: readonly HookedService[];
}

/** A service that receives pushes of a repository. */
export type HookedService = ReturnType<typeof hookedBy>;

/**
 * The hooks through which the services receive pushes: one per service, or the organization's, which also serves
 * other shards of the cluster. A service that is not built, or is decommissioned, has none.
 * @throws FleetError if another stack owns the organization's hook
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
      "These services use the organization's webhook, which belongs to this cluster's stack with " +
        "platform: true. Name that one with --stack.",
    );
  }
  return built.flatMap(({ build, webhook }) => {
    if (!build || !webhook?.active) return [];
    const service = hookedBy(build);
    return [{ place: service.repository, url: webhook.url, services: [service] }];
  });
}

function hookedBy({ service, owner, repository, tags }: BuildPlan) {
  // With tags of commits the latest build wins, whatever the time of its commit's push.
  return { name: service, repository: `${owner}/${repository}`, newestBuild: tags === "commit" };
}

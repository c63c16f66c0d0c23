import * as pulumi from "@pulumi/pulumi";
import { BUILD_TRIGGERS, buildTriggersInventory } from "../manifests/inventory/build-triggers.ts";
import type { BuildTriggersPlan } from "../model/plan.ts";
import { RowRegistry, type RowsArgs } from "./register-rows.ts";

/** Arguments of {@link BuildTriggers}. */
export interface BuildTriggersArgs extends Omit<RowsArgs, "hook"> {
  /** The build part of the platform's plan. */
  readonly triggers: BuildTriggersPlan;

  /**
   * Build namespaces that do not exist yet, and what to register before them, so that a failure there stops nothing
   * else.
   * @default none
   */
  readonly last?: LastNamespaces;
}

/** What will fail, and what to register before it. */
export interface LastNamespaces {
  /** Names of namespaces. */
  readonly namespaces: ReadonlySet<string>;
  readonly first: Promise<readonly pulumi.Resource[]>;
}

/**
 * The objects that turn pushes into images, for all services of a cluster: the EventBus, one EventSource, Sensor
 * and Secret per group of services, the Workflow template, and each team's build namespace.
 * @example new BuildTriggers("build-triggers", { triggers, secrets }, { providers, protect: true });
 */
export class BuildTriggers extends pulumi.ComponentResource {
  /** For each built service, the resources that must exist before its hook. */
  readonly answering: ReadonlyMap<string, readonly pulumi.CustomResource[]>;
  /** The EventBus, and what its users need beside it. */
  readonly bus: readonly pulumi.CustomResource[];

  constructor(name: string, args: BuildTriggersArgs, opts?: pulumi.ComponentResourceOptions) {
    const { triggers, last, ...run } = args;
    super(BUILD_TRIGGERS, name, {}, opts);
    const registry = new RowRegistry(name, this, run);
    const made = new Map<string, pulumi.CustomResource[]>();
    for (const [part, rows] of Object.entries(buildTriggersInventory(triggers).parts))
      made.set(part, registry.register(rows, last?.namespaces.has(part) ? last.first : []));
    const answeredBy = (...names: string[]) => names.flatMap((part) => made.get(part) ?? []);
    this.answering = new Map(
      triggers.groups.flatMap(({ name: group, builds }) =>
        builds.map(({ service, namespace }) => [service, answeredBy(group, namespace)]),
      ),
    );
    this.bus = answeredBy("bus");
    this.registerOutputs({});
  }
}

/** Whether a group or a build namespace is being removed with the last of its services. */
export function hasRemovals({ groups, namespaces }: BuildTriggersPlan): boolean {
  return [...groups, ...namespaces].some(({ removing }) => removing);
}

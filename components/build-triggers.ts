import * as pulumi from "@pulumi/pulumi";
import { BUILD_TRIGGERS, buildTriggersInventory } from "../manifests/inventory/build-triggers.ts";
import type { BuildTriggersPlan } from "../model/plan.ts";
import { Parts, type PartsArgs } from "./parts.ts";
import { withoutProtection } from "./protection.ts";

/** What {@link BuildTriggers} needs. */
export interface BuildTriggersArgs extends Omit<PartsArgs, "hook"> {
  /** The platform's piece of the plan. */
  readonly triggers: BuildTriggersPlan;

  /**
   * The build namespaces that cannot be filled now, and what goes first: where the engine stops at them, the rest is done.
   * @default none
   */
  readonly last?: Last;
}

/** What is known to fail, and what goes before it. */
export interface Last {
  /** Names of namespaces. */
  readonly namespaces: ReadonlySet<string>;
  readonly first: Promise<readonly pulumi.Resource[]>;
}

/**
 * What turns a push into an image, for all services of a cluster: the EventBus, one EventSource, Sensor and Secret a
 * group of services, the Workflow template, and each team's build namespace.
 *
 * @example
 * new BuildTriggers("build-triggers", { triggers, secrets }, { providers, protect: true });
 */
export class BuildTriggers extends pulumi.ComponentResource {
  /** For each service that is built: what must be there before its hook is, so that its pushes are answered. */
  readonly answering: ReadonlyMap<string, readonly pulumi.CustomResource[]>;

  constructor(name: string, args: BuildTriggersArgs, opts?: pulumi.ComponentResourceOptions) {
    const { triggers, last, ...run } = args;
    super(BUILD_TRIGGERS, name, {}, withoutProtection(someLeave(triggers), opts ?? {}));
    const parts = new Parts(name, this, run, opts);
    const made = new Map<string, pulumi.CustomResource[]>();
    for (const [part, rows] of Object.entries(buildTriggersInventory(triggers).parts))
      made.set(part, parts.register(rows, last?.namespaces.has(part) ? last.first : []));
    const answeredBy = (...names: string[]) => names.flatMap((part) => made.get(part) ?? []);
    this.answering = new Map(
      triggers.groups.flatMap(({ name: group, builds }) =>
        builds.map(({ service, namespace }) => [service, answeredBy(group, namespace)]),
      ),
    );
    this.registerOutputs({});
  }
}

/** Whether a group or a build namespace is being removed with the last of its services. */
export function someLeave({ groups, namespaces }: BuildTriggersPlan): boolean {
  return [...groups, ...namespaces].some(({ leaves }) => leaves);
}

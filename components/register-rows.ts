import * as pulumi from "@pulumi/pulumi";
import { hooks } from "../git-host/hooks.ts";
import type { Alias, HookRow, Row } from "../manifests/inventory/row.ts";
import type { KubernetesObject } from "../manifests/objects.ts";
import { resourceName } from "../model/names.ts";
import type { HookStep } from "../model/provisioned.ts";
import { kubernetesObject } from "./kubernetes-object.ts";
import { withoutProtection } from "./protection.ts";
import { derivedSecret, type SecretSources } from "./secret-values.ts";

/** Values of a run that every row of a component needs. */
export interface RowsArgs {
  /** The sources of secret values. */
  readonly secrets: SecretSources;
  /**
   * Whether the engine's state has a resource of this name. A resource that is being removed is registered only
   * then.
   * @default it has every one
   */
  readonly isMade?: ((name: string) => boolean) | undefined;
  /**
   * What to do about hooks.
   * @default keep
   */
  readonly hook?: HookStep | undefined;
  /**
   * The stack that owns the objects: they get its label.
   * @default no label
   */
  readonly stack?: string | undefined;
  /**
   * The manifests by role, if only the engine knows their annotations and specs.
   * @default those of the rows
   */
  readonly manifests?: pulumi.Output<ReadonlyMap<string, KubernetesObject>> | undefined;
}

/**
 * Registers the rows of a component's inventory. A resource that is being removed is registered only if an earlier
 * `up` created it: creating it now could fail again, and then the service could never be removed.
 */
export class RowRegistry {
  /** The registered resources by role. */
  readonly registered = new Map<string, pulumi.CustomResource>();
  readonly #owner: string;
  readonly #component: pulumi.ComponentResource;
  readonly #args: RowsArgs;

  /** @param owner the component's name, which prefixes the name of each resource */
  constructor(owner: string, component: pulumi.ComponentResource, args: RowsArgs) {
    this.#owner = owner;
    this.#component = component;
    this.#args = args;
  }

  /**
   * Registers these rows in order.
   * @param after resources of other components that must exist before each of them
   * @returns the registered resources
   */
  register(
    rows: readonly Row[],
    after: pulumi.Input<readonly pulumi.Resource[]> = [],
  ): pulumi.CustomResource[] {
    return rows.flatMap((row) => this.#register(row, after));
  }

  #register(row: Row, others: pulumi.Input<readonly pulumi.Resource[]>): pulumi.CustomResource[] {
    const { isMade = () => true, hook = "keep", secrets, manifests, stack } = this.#args;
    const name = resourceName(this.#owner, row.role);
    if (row.removing && !isMade(name)) return [];
    const own = row.after.flatMap((role) => this.registered.get(role) ?? []);
    const opts = withoutProtection(row.removing || row.unprotected === true, {
      parent: this.#component,
      // Most rows depend only on registered resources, which need no Output.
      dependsOn: Array.isArray(others)
        ? [...own, ...others]
        : pulumi.output(others).apply((more) => [...own, ...more]),
      aliases: row.aliases.map((alias) => this.#alias(row.role, alias)),
    });
    const made =
      "hook" in row
        ? hookOf(name, row, secrets, hook === "lose" ? withoutDeletion(opts) : opts)
        : kubernetesObject(name, row, { ...secrets, manifests, stack }, opts);
    this.registered.set(row.role, made);
    return [made];
  }

  #alias(role: string, { role: formerly, type, component }: Alias): pulumi.Alias {
    const moved = formerly !== undefined || component !== undefined;
    return {
      ...(type !== undefined && { type }),
      ...(moved && { name: resourceName(component?.name ?? this.#owner, formerly ?? role) }),
      ...(component && { parent: pulumi.createUrn(component.name, component.type) }),
    };
  }
}

function hookOf(
  name: string,
  { hook: { secretPurpose, ...hook } }: HookRow,
  { webhookMasterSecret }: SecretSources,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return hooks.create(name, hook, derivedSecret(webhookMasterSecret, secretPurpose), opts);
}

/** The options of a hook that the engine drops from its state: it is not changed, and its host is not called. */
function withoutDeletion(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return { ...opts, ignoreChanges: [...hooks.inputs], retainOnDelete: true };
}

import kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../manifests/objects.ts";
import { resourceName } from "../model/names.ts";
import { customObject } from "./kubernetes-object.ts";
import { withoutProtection } from "./protection.ts";

/** How one part is registered. */
export interface PartOptions {
  /** What must be there first. */
  readonly after?: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
  /** Whether it is on its way out. */
  readonly leaves?: boolean;
}

/**
 * The parts of a component, by their roles. What is on its way out is registered only where an `up` before made it: to make
 * it now could fail as it failed then, and nothing of the service could ever leave.
 */
export class Parts {
  /** What was registered, by role. */
  readonly registered = new Map<string, pulumi.CustomResource>();
  readonly #owner: string;
  readonly #opts: pulumi.CustomResourceOptions;
  readonly #isMade: (name: string) => boolean;
  readonly #leaves: boolean;

  /**
   * @param owner the component's name, with which the name of each part begins
   * @param isMade whether the engine's state has a resource of this name
   * @param leaves whether all of it is on its way out
   */
  constructor(
    owner: string,
    opts: pulumi.CustomResourceOptions,
    isMade: (name: string) => boolean,
    leaves: boolean,
  ) {
    this.#owner = owner;
    this.#opts = opts;
    this.#isMade = isMade;
    this.#leaves = leaves;
  }

  /** Registers a manifest as it is. @returns what others may wait for; nothing where it is left out */
  object(role: string, manifest: KubernetesObject, options: PartOptions = {}): pulumi.CustomResource[] {
    const part = this.add(role, options, (name, opts) => registered(name, manifest, opts));
    return part ? [part] : [];
  }

  /** Registers a resource of any kind. @returns nothing where it is left out */
  add<Part extends pulumi.CustomResource>(
    role: string,
    { after = [], leaves = false }: PartOptions,
    make: (name: string, opts: pulumi.CustomResourceOptions) => Part,
  ): Part | undefined {
    const name = resourceName(this.#owner, role);
    const goes = this.#leaves || leaves;
    if (goes && !this.#isMade(name)) return undefined;
    const part = make(name, withoutProtection(goes, { ...this.#opts, dependsOn: after }));
    this.registered.set(role, part);
    return part;
  }
}

/** Core kinds stand in states by the SDK's own classes, everything else by its definition. */
function registered(
  name: string,
  { apiVersion, kind, ...manifest }: KubernetesObject,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  if (apiVersion === "v1" && kind === "Namespace")
    return new kubernetes.core.v1.Namespace(name, { apiVersion, kind, ...manifest }, opts);
  if (apiVersion === "v1" && kind === "ConfigMap")
    return new kubernetes.core.v1.ConfigMap(name, { apiVersion, kind, ...manifest }, opts);
  return customObject(name, { apiVersion, kind, ...manifest }, opts);
}

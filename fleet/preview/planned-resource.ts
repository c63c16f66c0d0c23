import type { KubernetesObject } from "../../manifests/objects.ts";

/** A resource as the program registers it. */
export interface PlannedResource {
  /** The types of its parents and its own, with `$` between. */
  readonly type: string;
  readonly name: string;
}

/** The type of a Kubernetes object in Pulumi's words. */
export function kubernetesType({ apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

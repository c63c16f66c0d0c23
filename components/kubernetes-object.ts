import kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../manifests/objects.ts";

/** A custom resource, with the metadata that every Kubernetes object has as Outputs. */
export type CustomObject = kubernetes.apiextensions.CustomResource;

/** Registers a manifest as it is. */
export function customObject(
  name: string,
  manifest: KubernetesObject,
  opts: pulumi.CustomResourceOptions,
): CustomObject {
  return new kubernetes.apiextensions.CustomResource(name, { ...manifest }, opts);
}

import kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../manifests/objects.ts";

/**
 * Fills a Secret that an administrator made (`fleet deployer`). A patch takes back what it wrote when it goes, without a wait:
 * so the deployer may neither make, list nor delete Secrets where others keep theirs.
 *
 * @param data the values by key, as they are
 */
export function filledSecret(
  name: string,
  metadata: KubernetesObject["metadata"],
  data: Readonly<Record<string, pulumi.Input<string>>>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.SecretPatch {
  const encoded = pulumi
    .output(data)
    .apply((values) =>
      Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
      ),
    );
  // An earlier program made the Secret itself: what it wrote there is still its own, and this takes it over.
  const annotations = { ...metadata.annotations, "pulumi.com/patchForce": "true" };
  return new kubernetes.core.v1.SecretPatch(
    name,
    { metadata: { ...metadata, annotations }, data: pulumi.secret(encoded) },
    { ...opts, aliases: [{ type: "kubernetes:core/v1:Secret" }] },
  );
}

import * as pulumi from "@pulumi/pulumi";
import { type ObjectRow, resourceType } from "../manifests/inventory/row.ts";
import type { KubernetesObject } from "../manifests/objects.ts";
import { rotationOf, type SecretSources, secretValue } from "./secret-values.ts";

/** Keys that the engine keeps secret wherever they stand in a Secret, also in what the provider reads back. */
const SECRET_OUTPUTS = ["data", "stringData"];

/** A Kubernetes object of any kind: with a class of the SDK's for each kind, a new row would need a line here. */
class KubernetesResource extends pulumi.CustomResource {}

/** Registers a row's Kubernetes object. */
export function kubernetesObject(
  name: string,
  row: ObjectRow,
  sources: SecretSources,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const inputs = row.filled
    ? filled(row, sources)
    : row.rotating
      ? rotated(row.rotating, sources)
      : made(row, sources);
  const isSecret = row.manifest.kind === "Secret";
  return new KubernetesResource(resourceType(row), name, inputs, {
    ...opts,
    ...(isSecret && { additionalSecretOutputs: SECRET_OUTPUTS }),
  });
}

function made({ manifest, values }: ObjectRow, sources: SecretSources): pulumi.Inputs {
  return { ...manifest, ...(values && { stringData: pulumi.secret(resolved(values, sources)) }) };
}

/**
 * Fills a Secret that an administrator made. A patch takes back what it wrote when it goes, without a wait: so the deployer
 * may neither make, list nor delete Secrets where others keep theirs.
 */
function filled({ manifest, values = {} }: ObjectRow, sources: SecretSources): pulumi.Inputs {
  const { apiVersion, kind, metadata } = manifest;
  const { stringData = {} } = manifest as { readonly stringData?: Readonly<Record<string, string>> };
  const data = pulumi
    .output({ ...stringData, ...resolved(values, sources) })
    .apply((all) => Object.fromEntries(Object.entries(all).map(([key, value]) => [key, base64(value)])));
  // An earlier program made the Secret itself: what it wrote there is still its own, and this takes it over.
  const annotations = { ...metadata.annotations, "pulumi.com/patchForce": "true" };
  return { apiVersion, kind, metadata: { ...metadata, annotations }, data: pulumi.secret(data) };
}

/** A manifest of which the annotations or the spec are known only to the engine. */
function rotated(manifest: (rotation: string) => KubernetesObject, sources: SecretSources): pulumi.Inputs {
  const rotation = rotationOf(sources);
  const { metadata, ...rest } = manifest("");
  const spec = rotation.apply((text) => (manifest(text) as { readonly spec?: object }).spec);
  const annotations = rotation.apply((text) => manifest(text).metadata.annotations);
  return { ...rest, metadata: { ...metadata, annotations }, spec };
}

function resolved(
  values: NonNullable<ObjectRow["values"]>,
  sources: SecretSources,
): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, secretValue(value, sources)]));
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

import * as pulumi from "@pulumi/pulumi";
import { type ObjectRow, resourceType } from "../manifests/inventory/row.ts";
import type { KubernetesObject } from "../manifests/objects.ts";
import { STACK_LABEL, stackLabel } from "../model/labels.ts";
import { rotationOf, type SecretSources, secretValue } from "./secret-values.ts";

/** Keys of a Secret that the engine keeps secret, even in what the provider reads back. */
const SECRET_OUTPUTS = ["data", "stringData"];

/** A Kubernetes object of any kind. With the SDK's class per kind, a new kind of row would need code here. */
class KubernetesResource extends pulumi.CustomResource {}

/** The parts of a row that only the engine knows. */
interface Sources extends SecretSources {
  /** The manifest of each row by its role. */
  readonly manifests?: pulumi.Output<ReadonlyMap<string, KubernetesObject>> | undefined;
  /** The stack that owns the object. */
  readonly stack?: string | undefined;
}

/** The inputs of a Kubernetes object. */
interface Inputs extends pulumi.Inputs {
  readonly metadata: pulumi.Inputs;
}

/** Registers a row's Kubernetes object. */
export function kubernetesObject(
  name: string,
  row: ObjectRow,
  sources: Sources,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const isSecret = row.manifest.kind === "Secret";
  const inputs = row.filled
    ? forced(isSecret ? filled(row, sources) : row.manifest)
    : row.rotating
      ? withOutput(row.rotating(""), rotationOf(sources).apply(row.rotating))
      : inputsOf(row, sources);
  return new KubernetesResource(resourceType(row), name, ownedBy(sources.stack, inputs), {
    ...opts,
    ...(isSecret && { additionalSecretOutputs: SECRET_OUTPUTS }),
  });
}

/** Labels an object with its stack. The output of `fleet render` has no such label, because no stack owns it. */
function ownedBy(stack: string | undefined, inputs: Inputs): Inputs {
  if (stack === undefined) return inputs;
  const labels = { ...inputs.metadata.labels, [STACK_LABEL]: stackLabel(stack) };
  return { ...inputs, metadata: { ...inputs.metadata, labels } };
}

function inputsOf({ role, manifest, values }: ObjectRow, { manifests, ...secrets }: Sources): Inputs {
  const known = manifests?.apply((all) => all.get(role) ?? manifest);
  return {
    ...(known ? withOutput(manifest, known) : manifest),
    ...(values && { stringData: pulumi.secret(resolved(values, secrets)) }),
  };
}

/** Takes the annotations and the spec of a manifest from an Output. */
function withOutput({ metadata, ...rest }: KubernetesObject, known: pulumi.Output<KubernetesObject>): Inputs {
  const annotations = known.apply((manifest) => manifest.metadata.annotations);
  const spec = known.apply((manifest) => (manifest as { readonly spec?: object }).spec);
  return {
    ...rest,
    metadata: { ...metadata, ...(metadata.annotations && { annotations }) },
    ...("spec" in rest && { spec }),
  };
}

/**
 * Fills a Secret that an administrator created. Deleting the patch removes its fields without a wait, so the
 * deployer needs no right to create, list or delete Secrets in shared namespaces.
 */
function filled({ manifest, values = {} }: ObjectRow, sources: SecretSources): Inputs {
  const { apiVersion, kind, metadata } = manifest;
  const { stringData = {} } = manifest as { readonly stringData?: Readonly<Record<string, string>> };
  const data = pulumi
    .output({ ...stringData, ...resolved(values, sources) })
    .apply((all) => Object.fromEntries(Object.entries(all).map(([key, value]) => [key, base64(value)])));
  return { apiVersion, kind, metadata, data: pulumi.secret(data) };
}

/** Takes over the fields of an object that an administrator created, even if somebody else set them. */
function forced(inputs: Inputs): Inputs {
  const { metadata } = inputs;
  const annotations = { ...metadata.annotations, "pulumi.com/patchForce": "true" };
  return { ...inputs, metadata: { ...metadata, annotations } };
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

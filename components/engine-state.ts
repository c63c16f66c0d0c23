import * as pulumi from "@pulumi/pulumi";

/** The engine's function that reads a stack's resources. */
const READ = "pulumi:pulumi:readStackResourceOutputs";

/**
 * The names of the resources in the engine's state. Call it before anything is registered, and only if something is
 * being removed, because the answer is large for many services.
 */
export async function namesInState(): Promise<ReadonlySet<string>> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = (await pulumi.runtime.invoke(READ, { stackName })) as { outputs: object };
  return new Set(Object.keys(outputs).map((urn) => urn.slice(urn.lastIndexOf("::") + 2)));
}

/**
 * Whether the engine has created, updated or kept a resource; in a preview, whether it will. A failed resource has
 * no known properties.
 */
export async function isMade(resource: pulumi.CustomResource): Promise<boolean> {
  if (pulumi.runtime.isDryRun()) return true;
  const { urn: _, ...properties } = resource;
  const any = Object.values(properties).filter((value) => pulumi.Output.isInstance(value));
  const values = await Promise.all(any.slice(0, 2).map(knownValue));
  return !values.includes(pulumi.runtime.unknownValue);
}

/**
 * Waits for these resources and returns those that failed. The engine skips and does not change dependents of a
 * failed resource. Successful ones are not returned, because dependencies in the state would extend targeted
 * previews.
 */
export async function failedOf(
  resources: readonly pulumi.CustomResource[],
): Promise<pulumi.CustomResource[]> {
  const made = await Promise.all(resources.map(isMade));
  return resources.filter((_, index) => !made[index]);
}

/**
 * The value of an Output, or `pulumi.runtime.unknownValue` if the resource failed. An `apply` would never run then,
 * and a stack output that uses it would be lost.
 */
export async function knownValue(output: pulumi.Output<unknown>): Promise<unknown> {
  return (await pulumi.runtime.serializeProperties("output", { value: output })).value;
}

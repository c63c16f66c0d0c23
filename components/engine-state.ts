import * as pulumi from "@pulumi/pulumi";

/** The token of the engine's own function that reads a stack's resources. */
const READ = "pulumi:pulumi:readStackResourceOutputs";

/**
 * The names of the resources that the engine's state has. Read before anything is registered, and only where something
 * leaves: of a thousand services it is a large answer.
 */
export async function namesInState(): Promise<ReadonlySet<string>> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = (await pulumi.runtime.invoke(READ, { stackName })) as { outputs: object };
  return new Set(Object.keys(outputs).map((urn) => urn.slice(urn.lastIndexOf("::") + 2)));
}

/**
 * Whether the engine made a resource and changed what was to change, or left it as it was; in a preview, whether it will. Of
 * what it could not make or change it knows no property.
 */
export async function isMade(resource: pulumi.CustomResource): Promise<boolean> {
  if (pulumi.runtime.isDryRun()) return true;
  const { urn: _, ...properties } = resource;
  const any = Object.values(properties).filter((value) => pulumi.Output.isInstance(value));
  const told = await Promise.all(any.slice(0, 2).map(known));
  return !told.includes(pulumi.runtime.unknownValue);
}

/**
 * Waits until the engine has tried these, and gives those that it could not make: what depends on one of them it leaves out,
 * and leaves as it was. On what was made nothing depends then: a preview of few resources would meet all that depends on them.
 */
export async function unmade(resources: readonly pulumi.CustomResource[]): Promise<pulumi.CustomResource[]> {
  const made = await Promise.all(resources.map(isMade));
  return resources.filter((_, index) => !made[index]);
}

/**
 * The value of an Output, or `pulumi.runtime.unknownValue` where the engine could not make the resource: an `apply` would
 * never run then, and a stack output made of it would be lost.
 */
export async function known(output: pulumi.Output<unknown>): Promise<unknown> {
  return (await pulumi.runtime.serializeProperties("output", { value: output })).value;
}

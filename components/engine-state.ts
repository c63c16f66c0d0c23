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

/** Whether the engine made a resource, or left it as it was; in a preview, whether it will. */
export async function isMade(resource: pulumi.CustomResource): Promise<boolean> {
  return pulumi.runtime.isDryRun() || (await known(resource.id)) !== undefined;
}

/**
 * The value of an Output; nothing where the engine has none, because it could not make the resource. An `apply` would
 * never run then, and a stack output made of it would be lost.
 */
export async function known<Value>(output: pulumi.Output<Value>): Promise<Value | undefined> {
  const { value } = await pulumi.runtime.serializeProperties("output", { value: output });
  return value === pulumi.runtime.unknownValue ? undefined : value;
}

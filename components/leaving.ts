import type * as pulumi from "@pulumi/pulumi";

/**
 * The options of what may be on its way out: where it is, without protection. The engine deletes only what an `up`
 * before left unprotected, so leaving takes two.
 */
export function leaving<Options extends pulumi.ResourceOptions>(leaves: boolean, opts: Options): Options {
  return leaves ? { ...opts, protect: false } : opts;
}

/**
 * The options of a component's children, the component's protection said of each. What leaves needs a parent without
 * protection, for the built language host alone (docs/toolchain.md): it swallows a child's `protect: false`, and the engine
 * then takes the parent's. So a component of which something leaves is {@link leaving} itself, and this keeps the rest.
 */
export function childOptions(
  parent: pulumi.ComponentResource,
  opts: pulumi.ResourceOptions | undefined,
): { readonly parent: pulumi.ComponentResource; readonly protect: boolean } {
  return { parent, protect: opts?.protect === true };
}

import type * as pulumi from "@pulumi/pulumi";

/**
 * Sets `protect: false` on a resource that is being removed. The engine deletes only what the last `up` left
 * unprotected, so a removal takes two `up`s.
 * @param removing whether the resource is being removed; otherwise its options are unchanged
 */
export function withoutProtection<Options extends pulumi.ResourceOptions>(
  removing: boolean,
  opts: Options,
): Options {
  return removing ? { ...opts, protect: false } : opts;
}

/**
 * The options of a component's children, each with its own protection. The built language host drops a child's
 * `protect: false`, and the engine then uses the parent's value (docs/toolchain.md). So a component with a child
 * that is being removed is registered {@link withoutProtection}, and these options protect its other children.
 */
export function childOptions(
  parent: pulumi.ComponentResource,
  opts: pulumi.ResourceOptions | undefined,
): { readonly parent: pulumi.ComponentResource; readonly protect: boolean } {
  return { parent, protect: opts?.protect === true };
}

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

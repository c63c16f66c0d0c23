import type * as pulumi from "@pulumi/pulumi";

/**
 * The options of what may be on its way out: where it is, without protection, whatever its parent has. The engine
 * deletes only what an `up` before left unprotected, so leaving takes two.
 */
export function leaving<Options extends pulumi.ResourceOptions>(leaves: boolean, opts: Options): Options {
  return leaves ? { ...opts, protect: false } : opts;
}

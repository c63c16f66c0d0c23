import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../model/plan.ts";
import { githubHooks } from "./github/hooks.ts";
import type { Hook } from "./pushes.ts";

/** A hook as a Pulumi resource. */
export interface HookResource extends pulumi.CustomResource {
  /** Whether the host delivers. */
  readonly active: pulumi.Output<boolean | undefined>;
}

/** Hooks as Pulumi resources. */
export interface Hooks<Package extends string = string> {
  /** The Pulumi package of the hooks, by whose name a component finds their provider. */
  readonly package: Package;
  /**
   * The explicit provider of a stack.
   * @param secret the key of the plan's app, else a token; without it the provider reads the environment
   */
  provider(plan: Pick<Plan, "github">, secret: pulumi.Output<string> | undefined): pulumi.ProviderResource;
  /** A hook with its own secret. */
  create(
    name: string,
    hook: Hook,
    secret: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions,
  ): HookResource;
  isHook(resource: pulumi.Resource | undefined): resource is HookResource;
  /** The names of a hook's inputs. */
  readonly inputs: readonly string[];
}

/** The hooks of the Git host in use. */
export const hooks = githubHooks;

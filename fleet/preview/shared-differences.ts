import { isDeepStrictEqual } from "node:util";
import type { PlatformPlan } from "../../model/plan.ts";
import { PROJECT } from "../../model/stack-config.ts";
import type { FoundStack } from "../all-stacks.ts";

/** The config keys of which everything that they mean is in the services' plans or among the shared objects. */
const PLANNED: readonly string[] = [
  "catalogue",
  "registry",
  "gitops",
  "webhooks",
  "builds",
  "warehouse",
  "access",
  "pipelines",
  "rollout",
  "platform",
].map((key) => `${PROJECT}:${key}`);

/** What of the shared resources is no object that can be rendered: Secrets and the hook of an organization. */
const HIDDEN = ["credentials", "organizationHook", "receiver"] as const;

/**
 * The names of what all services share and that no object shows: a provider's settings, protection, a secret, how
 * secrets are encrypted. Whatever a stack file says and nobody here knows counts, so that nothing is missed.
 */
export function sharedDifferences(before: FoundStack, after: FoundStack): string[] {
  const [was, is] = [settings(before), settings(after)];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  const differing = keys.filter((key) => !isDeepStrictEqual(was[key], is[key]));
  const [had, has] = [before.plan?.platform, after.plan?.platform];
  const hidden =
    had && has ? HIDDEN.filter((part) => !isDeepStrictEqual(hiddenOf(had, part), hiddenOf(has, part))) : [];
  return [...new Set([...differing, ...hidden])];
}

/** The stack file flat, without what is {@link PLANNED}: our own keys without prefix. */
function settings({ document: { value } }: FoundStack): Readonly<Record<string, unknown>> {
  const { config, ...top } = entries(value);
  const own = Object.entries(entries(config)).filter(([key]) => !PLANNED.includes(key));
  return { ...top, ...Object.fromEntries(own.map(([key, of]) => [key.replace(`${PROJECT}:`, ""), of])) };
}

function entries(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? { ...value } : {};
}

function hiddenOf({ credentials, buildTriggers }: PlatformPlan, part: (typeof HIDDEN)[number]): unknown {
  return part === "credentials" ? credentials : buildTriggers?.[part];
}

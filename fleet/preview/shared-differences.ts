import { isDeepStrictEqual } from "node:util";
import type { PlatformPlan } from "../../model/plan.ts";
import type { InputChange, StackChange } from "./change.ts";

/** The keys of which everything that they mean is in the services' plans or among the shared objects. */
const PLANNED: readonly string[] = [
  "services",
  "teams",
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
];

/** What of the shared resources is no object that can be rendered: Secrets and the hook of an organization. */
const HIDDEN = ["credentials", "organizationHook", "receiver"] as const;

/**
 * The names of what all services share and that no object shows: a provider's settings, protection, a secret, how
 * secrets are encrypted. Whatever a stack file says and nobody here knows counts, so that nothing is missed.
 */
export function sharedDifferences(
  inputs: readonly InputChange[],
  before: StackChange["before"],
  after: StackChange["after"],
): string[] {
  const keys = inputs.flatMap(({ path: [top = "", name = ""] }) => (top === "file" ? name : top));
  const differing = keys.filter((key) => !PLANNED.includes(key)).sort();
  const [had, has] = [before?.platform, after?.platform];
  const hidden =
    had && has ? HIDDEN.filter((part) => !isDeepStrictEqual(hiddenOf(had, part), hiddenOf(has, part))) : [];
  return [...new Set([...differing, ...hidden])];
}

function hiddenOf({ credentials, buildTriggers }: PlatformPlan, part: (typeof HIDDEN)[number]): unknown {
  return part === "credentials" ? credentials : buildTriggers?.[part];
}

import { isDeepStrictEqual } from "node:util";
import type { PlatformPlan } from "../../model/plan.ts";
import type { InputChange, StackChange } from "./change.ts";

/** Keys whose whole effect is visible in the services' plans or the shared objects. */
const PLANNED: readonly string[] = [
  "services",
  "teams",
  "catalogue",
  "registry",
  "gitops",
  "webhooks",
  "builds",
  "notifications",
  "commitStatus",
  "warehouse",
  "access",
  "pipelines",
  "promotionTasks",
  "rollout",
  "platform",
];

/** Shared resources that cannot be rendered as objects: Secrets and an organization's hook. */
const HIDDEN = ["credentials", "organizationHook", "receiver"] as const;

/**
 * Names the differences that all services share and no object shows: a provider's settings, protection, a secret,
 * the encryption of secrets. An unknown key of a stack file counts too, so that nothing is missed.
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

import { grants } from "../../manifests/access.ts";
import type { ServicePlan } from "../../model/plan.ts";
import type { Rights } from "./expectations.ts";
import { type RuleSet, setOf } from "./rules.ts";

/** The rules that the manifests give in the namespace of a service to somebody with these rights. */
export function promisedRules(service: ServicePlan, rights: Rights): RuleSet {
  const has: Readonly<Record<string, boolean>> = {
    "kargo-fleet-team": rights.team,
    "kargo-fleet-approvers": rights.approve,
  };
  const rules = grants(service)
    .filter(({ role }) => has[role.metadata.name])
    .flatMap(({ role }) => role.rules);
  return setOf(
    rules.map(({ apiGroups, resources, resourceNames, verbs }) => ({
      apiGroups: [...apiGroups],
      resources: [...resources],
      verbs: [...verbs],
      ...(resourceNames && { resourceNames: [...resourceNames] }),
    })),
  );
}

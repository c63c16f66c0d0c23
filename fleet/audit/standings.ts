import type { ServicePlan } from "../../model/plan.ts";
import { type Actor, label } from "./actors.ts";
import { type Rights, rightsOf } from "./expectations.ts";

/** Who has rights with a service, and who has none. */
export interface Standings {
  readonly own: readonly { readonly actor: Actor; readonly rights: Rights }[];
  /** Directory groups without rights, in an order of their own. */
  readonly groups: readonly Actor[];
  /** ServiceAccounts without rights. */
  readonly accounts: readonly Actor[];
}

export function standings(
  actors: readonly Actor[],
  service: Pick<ServicePlan, "access" | "stages">,
): Standings {
  const all = actors.map((actor) => ({ actor, rights: rightsOf(actor, service) }));
  const others = all.filter(({ rights }) => !rights.use).map(({ actor }) => actor);
  others.sort((a, b) => label(a).localeCompare(label(b)));
  return {
    own: all.filter(({ rights }) => rights.use),
    groups: others.filter(({ form }) => form === "group"),
    accounts: others.filter(({ form }) => form === "ServiceAccount"),
  };
}

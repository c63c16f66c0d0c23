import type { ServicePlan } from "../../model/plan.ts";
import type { Identity } from "../cluster.ts";
import { type Actor, identityOf, identityOfGroups } from "./actors.ts";
import type { Check } from "./checks.ts";
import { NO_RIGHTS, type Rights } from "./expectations.ts";
import { type Finding, judge, NOWHERE, unpromised } from "./findings.ts";
import { promisedRules } from "./promised-rules.ts";
import type { Reviews } from "./reviews.ts";
import { beyond, changesByName, type Rule, type RuleSet, setOf } from "./rules.ts";

/** A namespace, and the service whose it is. */
export interface Place {
  readonly namespace: string;
  readonly service?: ServicePlan;
}

/** The four ways in which somebody is asked about; what is wrong is kept. */
export interface Inquiry {
  readonly findings: readonly Finding[];
  /** Everything that may be granted to them in the whole cluster. */
  clusterWide(actor: Actor, checks: readonly Check[]): Promise<void>;
  /** Somebody with rights in a namespace. */
  insider(
    actor: Actor,
    checks: readonly Check[],
    rights: Rights,
    place: Place & { service: ServicePlan },
  ): Promise<void>;
  /** Somebody without. */
  outsider(actor: Actor, checks: readonly Check[], place: Place): Promise<void>;
  /** Directory groups without rights there, as one person in all of them. */
  outsiders(groups: readonly Actor[], checks: readonly Check[], place: Place): Promise<void>;
}

export function inquiryOf(reviews: Reviews): Inquiry {
  const findings: Finding[] = [];
  const clusterWideRules = new Map<string, Promise<RuleSet | undefined>>();
  const knownRules = (identity: Identity): Promise<RuleSet | undefined> => {
    const key = JSON.stringify(identity);
    const known = clusterWideRules.get(key) ?? reviews.rules(identity, NOWHERE);
    clusterWideRules.set(key, known);
    return known;
  };

  /** Asks check by check. @returns whether all was as it should be */
  const ask = async (
    actor: Actor,
    checks: readonly Check[],
    rights: Rights,
    place: Place,
  ): Promise<boolean> => {
    const own: Finding[] = [];
    for (const check of checks) {
      const verdict = await reviews.may(identityOf(actor), check, place.namespace);
      const finding = judge(actor, check, rights, verdict, place);
      if (finding) own.push(finding);
    }
    findings.push(...own);
    return own.length === 0;
  };

  /** The rules that somebody has there beyond the cluster-wide ones; nothing where they cannot be listed. */
  const extra = async (identity: Identity, namespace: string): Promise<Rule[] | undefined> => {
    const [everywhere, here] = await Promise.all([knownRules(identity), reviews.rules(identity, namespace)]);
    return everywhere && here && beyond(here, everywhere);
  };

  const keep = (finding: Finding | undefined) => {
    if (finding) findings.push(finding);
  };

  const self: Inquiry = {
    findings,
    clusterWide: async (actor, checks) => {
      if (!(await ask(actor, checks, NO_RIGHTS, { namespace: NOWHERE }))) return;
      const rules = await knownRules(identityOf(actor));
      keep(unpromised(actor, [...(rules?.values() ?? [])].filter(changesByName), NOWHERE));
    },
    insider: async (actor, checks, rights, place) => {
      if (!(await ask(actor, checks, rights, place))) return;
      const rules = await extra(identityOf(actor), place.namespace);
      if (!rules) return;
      const promised = promisedRules(place.service, rights);
      keep(unpromised(actor, beyond(setOf(rules), promised), place.namespace));
    },
    outsider: async (actor, checks, place) => {
      const rules = await extra(identityOf(actor), place.namespace);
      if (rules?.length === 0) return;
      if (await ask(actor, checks, NO_RIGHTS, place)) keep(unpromised(actor, rules ?? [], place.namespace));
    },
    outsiders: async (groups, checks, place) => {
      const together = identityOfGroups(groups.map(({ name }) => name));
      if ((await extra(together, place.namespace))?.length === 0) return;
      for (const actor of groups) await self.outsider(actor, checks, place);
    },
  };
  return self;
}

import { z } from "zod";
import { stableHash } from "./names.ts";
import type { ServicePlan } from "./plan.ts";
import { labelSelector, meets, nameSelector } from "./selector.ts";

/** The services that `fleet up` brings up together, before the rest. */
export const waveSchema = z.union([
  labelSelector,
  nameSelector,
  z.strictObject({ percent: z.number().positive().max(100) }),
]);

type WaveRule = z.output<typeof waveSchema>;

/** Services that are brought up together. */
export interface Wave {
  /** For people: `tier=canary`, `10 %`, `the rest`. */
  readonly name: string;
  /** In a stable order: another catalogue order gives the same waves. */
  readonly services: readonly string[];
}

/**
 * Divides services into waves. Each service is in the first wave that selects it, and in the last one if none does.
 * A percentage is of all services, by a stable hash. Waves without services are left out, except the last one.
 */
export function wavesOf(
  services: readonly Pick<ServicePlan, "name" | "labels">[],
  rules: readonly WaveRule[],
): Wave[] {
  const left = new Map(
    services.toSorted((one, other) => order(one.name) - order(other.name)).map((each) => [each.name, each]),
  );
  const waves = rules.map((rule) => {
    const names = [...left.values()].filter((service) => isIn(rule, service)).map(({ name }) => name);
    for (const name of names) left.delete(name);
    return { name: wordsOf(rule), services: names };
  });
  const all = [...waves.filter(({ services: some }) => some.length > 0)];
  return [...all, { name: all.length === 0 ? "everything" : "the rest", services: [...left.keys()] }];
}

function isIn(rule: WaveRule, service: Pick<ServicePlan, "name" | "labels">): boolean {
  if ("percent" in rule) return order(service.name) < (rule.percent / 100) * 2 ** 32;
  return meets(rule, service.name, service);
}

function order(name: string): number {
  return stableHash("waves", name);
}

function wordsOf(rule: WaveRule): string {
  if ("percent" in rule) return `${rule.percent} %`;
  if ("names" in rule) return rule.names.join(", ");
  return Object.entries(rule.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

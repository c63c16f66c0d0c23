import { refuse } from "./refusal.ts";
import type { Dependency, Sensor, Trigger } from "./sensors.ts";

/** A trigger that waits for one dependency, or one that waits for nothing and never says so but in its log. */
export type Subscription =
  | { readonly sensor: Sensor; readonly trigger: Trigger; readonly dependency: Dependency }
  | { readonly sensor: Sensor; readonly trigger: Trigger; readonly dead: string };

/**
 * What the triggers of a Sensor wait for, as Argo Events' pkg/sensors/listener.go finds out when the pod starts. Of
 * several dependencies of one name it knows the last.
 *
 * @throws Refusal where a trigger waits for more than one dependency
 */
export function subscriptionsOf(sensor: Sensor): readonly Subscription[] {
  // Dashes become underscores on the way through the expression language, so "a-b" and "a_b" are one name.
  const byKey = new Map(sensor.spec.dependencies.map(({ name }) => [keyOf(name), name]));
  const byName = new Map(sensor.spec.dependencies.map((dependency) => [dependency.name, dependency]));
  return sensor.spec.triggers.map((trigger) => {
    const conditions = trigger.template?.conditions ?? "";
    const place = `Sensor ${sensor.metadata.name}: trigger ${trigger.template?.name}`;
    if (conditions === "") {
      const [name, ...more] = byName.keys();
      if (more.length > 0 || name === undefined) {
        return refuse(`${place} has no conditions and waits for all dependencies: beyond this evaluator.`);
      }
      return known(sensor, trigger, byName.get(name), name);
    }
    if (/&&|\|\||[()]/.test(conditions)) {
      return refuse(`${place} waits for more than one dependency: beyond this evaluator.`);
    }
    const key = keyOf(conditions.trim());
    if (!isIdentifier(key)) {
      return { sensor, trigger, dead: `its conditions ${JSON.stringify(conditions)} do not compile` };
    }
    const name = byKey.get(key);
    return known(sensor, trigger, name === undefined ? undefined : byName.get(name), conditions);
  });
}

function known(
  sensor: Sensor,
  trigger: Trigger,
  dependency: Dependency | undefined,
  name: string,
): Subscription {
  if (dependency === undefined) return { sensor, trigger, dead: `there is no dependency ${name}` };
  return { sensor, trigger, dependency };
}

const keyOf = (name: string) => name.replaceAll("-", "_");

/** The words of antonmedv/expr 1.15 and govaluate that name nothing. */
const RESERVED = [
  "and",
  "contains",
  "endsWith",
  "false",
  "in",
  "let",
  "matches",
  "nil",
  "not",
  "or",
  "startsWith",
  "true",
];

function isIdentifier(key: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && !RESERVED.includes(key);
}

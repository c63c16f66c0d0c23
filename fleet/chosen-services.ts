import { didYouMean, listed } from "../model/diagnostics.ts";
import type { Plan, ServicePlan } from "../model/plan.ts";
import { FleetError } from "./fleet-error.ts";

/**
 * The services that a command should use.
 * @param names undefined for all
 * @throws FleetError for a name that the plan does not have
 */
export function chosenServices(
  plan: Plan,
  names: readonly string[] | undefined,
  stack: string,
): readonly ServicePlan[] {
  if (names === undefined) return plan.services;
  const known = plan.services.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const hint = didYouMean(unknown[0] ?? "", known) ?? `It has: ${listed(known)}.`;
    throw new FleetError(`Stack ${stack} has no service ${unknown.join(", ")}. ${hint}`);
  }
  return plan.services.filter(({ name }) => names.includes(name));
}

/** Parses `--services`: names separated by commas. */
export function serviceNames(value: string): string[] {
  return value
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

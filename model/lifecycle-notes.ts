import { type ClosingRule, periodsText } from "./calendar.ts";
import { listed } from "./diagnostics.ts";
import type { FreezePlan } from "./freeze.ts";
import type { Plan } from "./plan.ts";
import type { Provisioned } from "./provisioned.ts";

/**
 * Notes for a preview, one line each: what is frozen, what is decommissioned, and what this run deletes after an
 * earlier first step.
 */
export function lifecycleNotes(plan: Plan, before: Provisioned | undefined): string[] {
  return [
    ...plan.freezes.map((freeze) => freezeNote(freeze, plan)),
    ...decommissioned(plan, before),
    ...retired(plan),
    ...removalNotes(plan, before),
  ];
}

/** The note about a freeze: what, until when and why, or that it is over. */
export function freezeNote(
  { over, from, until, reason, stages, services, labels }: FreezePlan,
  plan: Pick<Plan, "services">,
): string {
  if (over) return `The freeze until ${until} (${reason}) is over. Remove it from rollout.freeze.`;
  const names = plan.services.map(({ name }) => name);
  const here = (services ?? []).filter((name) => names.includes(name));
  const labelled = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const some = [...here, ...(labelled.length > 0 ? [`services with ${listed(labelled)}`] : [])];
  const whose = services === undefined && labels === undefined ? "every service" : listed(some);
  const which = stages === undefined ? "every Stage" : listed(stages);
  const when = `${from === undefined ? "" : `from ${from} `}until ${until}`;
  return `Frozen ${when} (${reason}): no Promotion to ${which} of ${whose} passes.`;
}

/** The line about a window. */
export function windowNote({ open, stages, services, reason }: ClosingRule): string {
  const times = open && periodsText(open);
  const which = stages.length === 0 ? "every Stage" : listed(stages);
  const whose = services.length === 0 ? "every service" : listed(services);
  return `Open ${times} ${open?.zone} (${reason}): ${which} of ${whose}.`;
}

function decommissioned({ services }: Plan, before: Provisioned | undefined): string[] {
  const names = services.filter(({ state }) => state === "decommissioned").map(({ name }) => name);
  const hookless = new Set(before?.hooksOff);
  const [without, within] = [
    names.filter((name) => hookless.has(name)),
    names.filter((name) => !hookless.has(name)),
  ];
  const line = (whose: readonly string[], hook: string) =>
    whose.length === 0
      ? []
      : [
          `Decommissioned: ${listed(whose)}. ${hook}, no auto-promotion, no protection. Removing the entry deletes the Kargo Project with its Freight and history.`,
        ];
  return [...line(within, "The hook is off, and the next up deletes it"), ...line(without, "No hook")];
}

function retired({ services }: Plan): string[] {
  const stages = services.flatMap(({ pipeline, stages }) =>
    stages.filter(({ state }) => state === "retired").map(({ name }) => `${name} of pipeline ${pipeline}`),
  );
  return [...new Set(stages)].map(
    (stage) =>
      `Retired: the stage ${stage}. No auto-promotion, no protection; removing it deletes its Stages and Applications.`,
  );
}

function removalNotes({ services }: Plan, before: Provisioned | undefined): string[] {
  const names = new Set(services.map(({ name }) => name));
  const removed = Object.keys(before?.services ?? {}).filter((name) => !names.has(name));
  if (removed.length === 0) return [];
  return [
    `Deleted now: ${listed(removed)}. Their values files stay in Git, and deployed workloads stay in their namespaces.`,
  ];
}

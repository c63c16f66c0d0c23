import { customizationNote } from "../../manifests/inventory/objects.ts";
import { type ClosingRule, periodsText } from "../../model/calendar.ts";
import type { FreezePlan } from "../../model/freeze.ts";
import type { Plan } from "../../model/plan.ts";
import { movementText } from "../../model/rollout-changes.ts";
import type { FleetReport, StackChange } from "../preview/change.ts";
import { counted } from "./counts.ts";
import { code, named } from "./escape.ts";
import { shortened } from "./warnings.ts";

/** One sentence for each change of many services: movements, freezes, windows, shares, whole stacks. */
export function rolloutNotes({ stacks }: FleetReport, most: number): string[] {
  const all = stacks.flatMap(({ change }) =>
    notesOf(change, most).map((text) => ({ text, stack: change.stack })),
  );
  return [...Map.groupBy(all, ({ text }) => text)].map(([text, group]) =>
    stacks.length > 1
      ? `${text} (${shortened(
          group.map(({ stack }) => stack),
          most,
        )})`
      : text,
  );
}

function notesOf(change: StackChange, most: number): string[] {
  const { before, after, movements, problems } = change;
  const stack = named(change.stack);
  if (before !== undefined && after === undefined && problems.length === 0)
    return [`Stack ${stack} no longer has a file. That deletes nothing.`];
  return [
    // The stack's checks have validated these names.
    ...movements.map((movement) =>
      movementText({ ...movement, from: named(movement.from), to: named(movement.to) }),
    ),
    ...freezeNotes(before?.freezes ?? [], after?.freezes ?? [], most),
    ...windowNotes(before?.platform?.calendar ?? [], after?.platform?.calendar ?? [], most),
    ...(before && after ? shareNotes(before, after) : []),
    ...(after ? customizationNotes(after) : []),
    ...(change.sharedDiffers
      ? [
          "Something shared changes that is not a planned object: names of Secrets, the providers, or protection.",
        ]
      : []),
  ];
}

/** The note contains names that the platform team chose, so it is shown as code. */
function customizationNotes(plan: Plan): string[] {
  const note = customizationNote(plan);
  return note === undefined ? [] : [`Customisation by the platform team: ${code(note)}`];
}

function freezeNotes(before: readonly FreezePlan[], after: readonly FreezePlan[], most: number): string[] {
  const active = (freezes: readonly FreezePlan[]) =>
    new Map(freezes.filter(({ over }) => !over).map((freeze) => [JSON.stringify(freeze), freeze]));
  const [was, is] = [active(before), active(after)];
  const whose = (freeze: FreezePlan) => coverage(freeze, most);
  return [
    ...[...is].flatMap(([key, freeze]) =>
      was.has(key)
        ? []
        : [
            `A freeze begins${freeze.from === undefined ? "" : ` at ${code(freeze.from)}`}, until ${code(freeze.until)}: no Promotion to ${whose(freeze)} passes. Why: ${code(freeze.reason)}.`,
          ],
    ),
    ...[...was].flatMap(([key, freeze]) =>
      is.has(key) ? [] : [`The freeze until ${code(freeze.until)} of ${whose(freeze)} ends.`],
    ),
  ];
}

/** Which Stages of which services a rule covers. */
function coverage(
  { stages, services, labels }: Pick<FreezePlan, "stages" | "services" | "labels">,
  most: number,
) {
  const labelled = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const some = [...(services ?? []), ...labelled];
  return `${stages === undefined ? "every Stage" : shortened(stages, most)} of ${some.length === 0 ? "every service" : shortened(some, most)}`;
}

/** Windows that are new or gone; a changed one is both. */
function windowNotes(before: readonly ClosingRule[], after: readonly ClosingRule[], most: number): string[] {
  const windows = (rules: readonly ClosingRule[]) =>
    new Map(
      rules.flatMap(({ id: _, ...rule }) => (rule.open ? [[JSON.stringify(rule), rule] as const] : [])),
    );
  const [was, is] = [windows(before), windows(after)];
  const text = ({ open, stages, services, reason }: Omit<ClosingRule, "id">) => {
    const times = open && periodsText(open);
    const whose = `${stages.length === 0 ? "every Stage" : shortened(stages, most)} of ${services.length === 0 ? "every service" : shortened(services, most)}`;
    return `Promotions to ${whose} only ${code(`${times} ${open?.zone}`)}. Why: ${code(reason)}.`;
  };
  return [
    ...[...is].flatMap(([key, rule]) => (was.has(key) ? [] : [`A new window: ${text(rule)}`])),
    ...[...was].flatMap(([key, rule]) => (is.has(key) ? [] : [`A window is gone: ${text(rule)}`])),
  ];
}

function shareNotes(
  before: NonNullable<StackChange["before"]>,
  after: NonNullable<StackChange["after"]>,
): string[] {
  const [was, is] = [names(before), names(after)];
  const added = [...is].filter((name) => !was.has(name)).length;
  const removed = [...was].filter((name) => !is.has(name)).length;
  const result = `${counted(added, "service")} added, ${counted(removed, "service")} removed.`;
  const shard = (plan: typeof before) =>
    plan.rollout.shard ? `${plan.rollout.shard.index} of ${plan.rollout.shard.of}` : "none";
  return [
    ...(before.rollout.percent === after.rollout.percent
      ? []
      : [
          `${code("rollout.percent")} changes from ${before.rollout.percent} to ${after.rollout.percent}: ${result}`,
        ]),
    ...(shard(before) === shard(after)
      ? []
      : [`${code("rollout.shard")} changes from ${shard(before)} to ${shard(after)}: ${result}`]),
    ...(before.rollout.shards === after.rollout.shards
      ? []
      : [
          `${code("shards")} changes from ${before.rollout.shards ?? "none"} to ${after.rollout.shards ?? "none"}. Run ${code("fleet reshard")} before an up.`,
        ]),
  ];
}

function names(plan: NonNullable<StackChange["before"]>): Set<string> {
  return new Set(plan.services.map(({ name }) => name));
}

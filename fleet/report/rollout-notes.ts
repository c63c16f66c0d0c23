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
  return [...Map.groupBy(all, ({ text }) => text)].map(([text, group]) => {
    const names = group.map(({ stack }) => stack);
    return stacks.length > 1 ? `${text} (${shortened(names, most)})` : text;
  });
}

function notesOf(change: StackChange, most: number): string[] {
  const { before, after, movements, problems } = change;
  const stack = named(change.stack);
  if (before !== undefined && after === undefined && problems.length === 0)
    return [`Stack ${stack} no longer has a file. That deletes nothing.`];
  const notes = [
    // The stack's checks have validated these names.
    ...movements.map((movement) =>
      movementText({ ...movement, from: named(movement.from), to: named(movement.to) }),
    ),
    ...freezeNotes(before?.freezes ?? [], after?.freezes ?? [], most),
    ...windowNotes(before?.platform?.calendar ?? [], after?.platform?.calendar ?? [], most),
    ...(before && after ? shareNotes(before, after) : []),
  ];
  const customised = after && customizationNote(after);
  // The note contains names that the platform team chose, so it is shown as code.
  if (customised !== undefined) notes.push(`Customisation by the platform team: ${code(customised)}`);
  if (change.sharedDiffers)
    notes.push(
      "Something shared changes that is not a planned object: names of Secrets, the providers, or protection.",
    );
  return notes;
}

function freezeNotes(before: readonly FreezePlan[], after: readonly FreezePlan[], most: number): string[] {
  const active = (freezes: readonly FreezePlan[]) => freezes.filter(({ over }) => !over);
  const whose = ({ stages, services = [], labels = {} }: FreezePlan) =>
    coverage(stages, [...services, ...Object.entries(labels).map((pair) => pair.join("="))], most);
  return differing(
    active(before),
    active(after),
    (freeze) =>
      `A freeze begins${freeze.from === undefined ? "" : ` at ${code(freeze.from)}`}, until ${code(freeze.until)}: no Promotion to ${whose(freeze)} passes. Why: ${code(freeze.reason)}.`,
    (freeze) => `The freeze until ${code(freeze.until)} of ${whose(freeze)} ends.`,
  );
}

/** Windows that are new or gone; a changed one is both. */
function windowNotes(before: readonly ClosingRule[], after: readonly ClosingRule[], most: number): string[] {
  const windows = (rules: readonly ClosingRule[]) =>
    rules.flatMap(({ id: _, open, ...rule }) => (open ? [{ ...rule, open }] : []));
  const text = ({ open, stages, services, reason }: ReturnType<typeof windows>[number]) =>
    `Promotions to ${coverage(stages, services, most)} only ${code(`${periodsText(open)} ${open.zone}`)}. Why: ${code(reason)}.`;
  return differing(
    windows(before),
    windows(after),
    (rule) => `A new window: ${text(rule)}`,
    (rule) => `A window is gone: ${text(rule)}`,
  );
}

/** Which Stages of which services a rule covers; all, if it names none. */
function coverage(stages: readonly string[] = [], services: readonly string[], most: number): string {
  return `${stages.length === 0 ? "every Stage" : shortened(stages, most)} of ${services.length === 0 ? "every service" : shortened(services, most)}`;
}

function differing<Rule>(
  before: readonly Rule[],
  after: readonly Rule[],
  begins: (rule: Rule) => string,
  ends: (rule: Rule) => string,
): string[] {
  const keyed = (rules: readonly Rule[]) => new Map(rules.map((rule) => [JSON.stringify(rule), rule]));
  const [was, is] = [keyed(before), keyed(after)];
  return [
    ...[...is].flatMap(([key, rule]) => (was.has(key) ? [] : [begins(rule)])),
    ...[...was].flatMap(([key, rule]) => (is.has(key) ? [] : [ends(rule)])),
  ];
}

function shareNotes(before: Plan, after: Plan): string[] {
  const beyond = (plan: Plan, other: Plan) => {
    const known = new Set(other.services.map(({ name }) => name));
    return counted(plan.services.filter(({ name }) => !known.has(name)).length, "service");
  };
  const result = `: ${beyond(after, before)} added, ${beyond(before, after)} removed.`;
  const shard = ({ rollout }: Plan) =>
    rollout.shard ? `${rollout.shard.index} of ${rollout.shard.of}` : "none";
  const shards = ({ rollout }: Plan) => rollout.shards ?? "none";
  const changed = (key: string, setting: (plan: Plan) => string | number, end: string) =>
    setting(before) === setting(after)
      ? []
      : [`${code(key)} changes from ${setting(before)} to ${setting(after)}${end}`];
  return [
    ...changed("rollout.percent", ({ rollout }) => rollout.percent, result),
    ...changed("rollout.shard", shard, result),
    ...changed("shards", shards, `. Run ${code("fleet reshard")} before an up.`),
  ];
}

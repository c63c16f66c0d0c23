import { counted } from "../../model/diagnostics.ts";
import { nameOf } from "../engine-events.ts";
import type { Taken } from "./import-file.ts";
import type { Item } from "./items.ts";
import type { RecoveryPlan } from "./recover.ts";
import { owner } from "./stack-lock.ts";

/** The result of a recovery. */
export interface Recovered {
  readonly recovery: RecoveryPlan;
  /** Whether nothing was changed. */
  readonly dryRun: boolean;
  /** The imported resources, or those that a dry run would import. */
  readonly taken: readonly Taken[];
  /** Whether the following `up` succeeded; undefined if there was none. */
  readonly up?: boolean;
}

/** Planned resources that exist but cannot be imported. The next `up` would fail. */
export function blockedItems({ items }: Pick<RecoveryPlan, "items">): readonly Item[] {
  return items.filter(({ verdict }) => !["absent", "ours"].includes(verdict.is));
}

/** Whether something must be repaired before the next `up`. */
export function somethingToDo({ recovery: { locks = [], state, items } }: Recovered): boolean {
  return locks.length > 0 || state.pending.length > 0 || items.some(({ verdict }) => verdict.is === "ours");
}

/** The report as text. */
export function recoveredText(recovered: Recovered): string {
  const { recovery, dryRun, taken, up } = recovered;
  const { stack, items } = recovery;
  const blocks = [
    headline(recovered),
    list(
      dryRun
        ? "Would be imported (created, but missing from the state):"
        : "Imported (created, but missing from the state):",
      took(taken, items),
    ),
    list(
      dryRun ? "Would be dropped:" : "Dropped:",
      recovery.state.pending.map(({ type, urn }) => `${nameOf(urn)}, interrupted while ${type}`),
    ),
    list(
      "Not imported, and blocking the next up:",
      blockedItems(recovery).map((item) => reason(item, stack)),
    ),
    list(
      "Not imported (hooks with the same address; GitHub calls each):",
      items.flatMap(({ what, twins }) => twins.map((id) => `${what}, also as ${id}`)),
    ),
    list("Not imported (with this stack's label, but in neither its plan nor its state):", recovery.strays),
    next(recovered, up),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function headline(recovered: Recovered): string {
  const { stack, locks = [], items } = recovered.recovery;
  const ended = locks.map((lock) => `The owner of its lock has ended: ${owner(lock)}.`);
  const absent = items.filter(({ verdict }) => verdict.is === "absent").length;
  const first = somethingToDo(recovered)
    ? `Stack ${stack} was interrupted.`
    : `Stack ${stack} needs no repair: no lock, no pending operation, nothing missing from the state.`;
  const yet =
    absent === 0
      ? []
      : [`${counted(absent, "planned resource")} ${absent === 1 ? "was" : "were"} not created yet.`];
  return [first, ...ended, ...yet].join("\n");
}

function took(taken: readonly Taken[], items: readonly Item[]): string[] {
  const words = new Map(items.map(({ planned, what }) => [planned.creation.urn, what]));
  return taken.map(({ creation: { urn } }) => `${words.get(urn) ?? urn}  (${nameOf(urn)})`);
}

/** Why a resource was not imported, and what to do. */
export function reason({ what, resource, verdict }: Item, stack: string): string {
  const service = resource.split("/")[0] ?? resource;
  switch (verdict.is) {
    case "foreign":
      return `${what}  has no label ${verdict.lacks}: somebody else made it. Import it with fleet adopt ${service} --stack ${stack}, or delete it.`;
    case "another stack's":
      return `${what}  belongs to stack ${verdict.stack}. Remove the service from that stack or from this one.`;
    case "deleting":
      return `${what}  is being deleted. Wait until it is gone; if it stays, look at its finalizers.`;
    default:
      return what;
  }
}

function next({ dryRun, recovery }: Recovered, up: boolean | undefined): string {
  const { stack } = recovery;
  if (up === true) return "The following up succeeded.";
  if (up === false)
    return `The following up failed; see its messages above. Fix the cause, and run fleet recover --stack ${stack} --up again.`;
  return dryRun ? `Nothing was changed. Run it without --dry-run.` : `Next: pulumi up --stack ${stack}`;
}

/** A title with a line for each entry; empty without entries. */
export function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [title, ...lines.map((line) => `  ${line}`)].join("\n");
}

/** The report as JSON; its keys are stable. */
export function recoveredJson(recovered: Recovered): string {
  const { recovery, dryRun, taken, up } = recovered;
  return JSON.stringify(
    {
      stack: recovery.stack,
      dryRun,
      locks: (recovery.locks ?? []).map(({ file, owner: known }) => ({ file, ...known })),
      pending: recovery.state.pending,
      taken: taken.map(({ creation: { urn }, id }) => ({ urn, id })),
      inTheWay: blockedItems(recovery).map(({ what, resource, verdict }) => ({ what, resource, ...verdict })),
      duplicateHooks: recovery.items.flatMap(({ twins }) => twins),
      strays: recovery.strays,
      notMade: recovery.items
        .filter(({ verdict }) => verdict.is === "absent")
        .map(({ resource }) => resource),
      ...(up !== undefined && { up }),
    },
    undefined,
    2,
  );
}

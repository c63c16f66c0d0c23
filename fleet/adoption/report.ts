import { list } from "../recovery/report.ts";
import type { Adoptable, Proposal } from "./adopt.ts";
import type { Difference } from "./differences.ts";

/** The result of an adoption. */
export interface Adopted {
  readonly proposal: Proposal;
  /** Whether the objects were imported, or only shown. */
  readonly done: boolean;
  /** Whether the following `up` succeeded; undefined if there was none. */
  readonly up?: boolean;
}

/** The report as text, before and after the import. */
export function adoptedText({ proposal, done, up }: Adopted): string {
  const { service, stack, found, absent, beside } = proposal;
  if (found.length === 0)
    return `Nothing of ${service} is missing from the state of stack ${stack}, so there is nothing to import.`;
  const title = done
    ? `Imported into stack ${stack}:`
    : `Found of ${service}, but missing in stack ${stack}:`;
  const blocks = [
    [title, ...found.flatMap(block)].join("\n"),
    list(
      "The next up creates:",
      absent.map(({ what }) => what),
    ),
    list("Unchanged:", beside),
    next(proposal, done, up),
  ];
  return blocks.filter((text) => text !== "").join("\n\n");
}

function block({ item: { what, twins }, changes, refusal }: Adoptable): string[] {
  return [
    `  ${what}`,
    ...(refusal ? [`    cannot be imported: it ${refusal}`] : []),
    ...twins.map((id) => `    exists a second time, as ${id}, which is kept: GitHub calls both`),
    ...(changes.length === 0 ? ["    as planned"] : changes.map((change) => `    ${words(change)}`)),
  ];
}

/** One difference: `+` set, `-` removed, `~` changed. */
export function words({ path, live, planned }: Difference): string {
  if (live === undefined) return `+ ${path}: ${short(planned)}`;
  if (planned === undefined) return `- ${path}: ${short(live)}`;
  return `~ ${path}: ${short(live)} → ${short(planned)}`;
}

const LONGEST = 80;

function short(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function next({ service, stack, found }: Proposal, done: boolean, up: boolean | undefined): string {
  if (up === true) return "The following up succeeded.";
  if (up === false)
    return `The following up failed; see its messages above. Fix the cause, and run pulumi up --stack ${stack}.`;
  if (done)
    return `Nothing has changed yet. Next: pulumi up --stack ${stack}, which makes the changes above.`;
  if (found.some(({ refusal }) => refusal !== undefined)) return "Nothing was changed.";
  return `Nothing was changed. fleet adopt ${service} --stack ${stack} --yes imports it; the next up makes the changes above.`;
}

/** The report as JSON. */
export function adoptedJson({ proposal, done, up }: Adopted): string {
  const { service, stack, found, absent, beside } = proposal;
  return JSON.stringify(
    {
      service,
      stack,
      done,
      found: found.map(({ item: { what, resource, found: there, twins }, changes, refusal }) => ({
        what,
        resource,
        id: there?.id,
        twins,
        changes,
        refusal: refusal ?? null,
      })),
      absent: absent.map(({ resource }) => resource),
      beside,
      ...(up !== undefined && { up }),
    },
    undefined,
    2,
  );
}

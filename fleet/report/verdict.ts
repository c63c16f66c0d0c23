import { WARNING_KINDS, type WarningKind } from "../../model/change-classes.ts";
import { inReadingOrder, type Problem } from "../../model/diagnostics.ts";
import type { FleetReport, StackReport } from "../preview/change.ts";
import { capitalized, counted } from "./counts.ts";
import { changingSteps, serviceOf } from "./steps.ts";
import { shortened, type WarningCounts, warningCounts, warningLines } from "./warnings.ts";

/** The number of stacks that the verdict names. */
const STACKS = 8;

/** The verdict of a report. */
export interface Verdict {
  /** The most serious result. */
  readonly is: "wrong" | "refused" | "failed" | "warnings" | "safe" | "nothing";
  /** One line of Markdown that starts with a sign. */
  readonly text: string;
  readonly counts: WarningCounts;
}

/** The verdict of a whole report. The order of importance: wrong files, refused, failed, warnings, safe. */
export function verdictOf(report: FleetReport): Verdict {
  const counts = warningCounts(warningLines(report));
  const wrong = problemsOf(report).length;
  const losses = lossesOf(report).length;
  const stopped = (outcome: string) => stacksWhere(report, ({ engine }) => engine?.outcome === outcome);
  const [refused, failed] = [stopped("refused"), stopped("failed")];
  const warnings = warningWords(counts);
  const done = report.tense === "done";
  const also = warnings === "" ? "" : ` Also ${warnings}.`;
  const verdict = (is: Verdict["is"], text: string): Verdict => ({ is, text, counts });
  if (wrong > 0)
    return verdict(
      "wrong",
      `❌ The files are wrong: ${counted(wrong, "problem")}.${unpreviewed(report)}${also}`,
    );
  if (losses > 0 || refused.length > 0) {
    const guarded = [...new Set([...stacksWhere(report, isRefusedByFiles), ...refused])];
    const why = losses > 0 ? `${counted(losses, "loss")} without the first step` : "the program said no";
    return verdict("refused", `⛔ Refused: ${why}, on ${shortened(guarded, STACKS)}.${also}`);
  }
  const blocked = stacksWhere(report, isBlocked);
  if (failed.length === 0 && blocked.length > 0) {
    const count = new Set(report.stacks.flatMap(({ engine }) => blockedIn(engine?.errors ?? []))).size;
    const which = count === 1 ? "1 service" : `${count} services`;
    const where = shortened(blocked, STACKS);
    return verdict("refused", `⛔ An up would fail for ${which} on ${where}, and do the rest.${also}`);
  }
  if (failed.length > 0) {
    const what = done ? "The up failed on" : "Could not be previewed:";
    return verdict("failed", `❌ ${what} ${shortened(failed, STACKS)}.${also}`);
  }
  if (warnings !== "") return verdict("warnings", `⚠️ ${capitalized(warnings)}.${changed(report)}`);
  if (isEmpty(report)) return verdict("nothing", done ? "Nothing changed." : "Nothing changes.");
  return verdict("safe", `✅ ${done ? "Done" : "Safe"}:${changed(report).trimEnd()}`);
}

/** Every problem of the files once, in reading order. */
export function problemsOf({ problems, stacks }: FleetReport): readonly Problem[] {
  return inReadingOrder([...problems, ...stacks.flatMap(({ change }) => change.problems)]);
}

/** Everything that the loss check refuses, once, except what the program accepted. */
export function lossesOf({ stacks }: FleetReport): readonly Problem[] {
  return inReadingOrder(stacks.filter(isRefusedByFiles).flatMap(({ change }) => change.losses));
}

function isRefusedByFiles({ change, engine }: StackReport): boolean {
  return change.losses.length > 0 && engine?.outcome !== "succeeded";
}

/** Whether GitHub or the cluster would prevent part of a preview. */
export function isBlocked({ engine }: StackReport): boolean {
  return engine?.outcome === "succeeded" && blockedIn(engine.errors).length > 0;
}

/** The services with obstacles, from the errors of the program's run. */
function blockedIn(errors: readonly string[]): string[] {
  return errors.flatMap((error) => / {2}services\.([\w-]+)\S* {2}.*\[KF10\d\]/.exec(error)?.[1] ?? []);
}

/** The services of a stack that a plan or the engine changes. */
export function servicesOf({ change, engine }: StackReport): string[] {
  const stepped = changingSteps(engine?.steps ?? []).flatMap((step) => serviceOf(step) ?? []);
  return [...new Set([...change.services.map(({ service }) => service), ...stepped])];
}

/** Whether a shared resource of a stack changes. */
export function sharedOf({ change, engine }: StackReport): boolean {
  const stepped = changingSteps(engine?.steps ?? []).some((step) => serviceOf(step) === undefined);
  return change.shared.length > 0 || change.sharedDiffers || stepped;
}

function isEmpty({ stacks, program }: FleetReport): boolean {
  const touched = stacks.some((stack) => servicesOf(stack).length > 0 || sharedOf(stack));
  return !touched && program.length === 0;
}

function stacksWhere({ stacks }: FleetReport, is: (stack: StackReport) => boolean): string[] {
  return stacks.filter(is).map(({ change }) => change.stack);
}

/** The stacks whose files have problems, so that their effect is unknown. */
function unpreviewed(report: FleetReport): string {
  const stacks = stacksWhere(report, ({ change }) => change.problems.length > 0);
  return stacks.length === 0 ? "" : ` Not previewed: ${shortened(stacks, STACKS)}.`;
}

/** `1 deletion, 2 access changes`. */
export function warningWords(counts: WarningCounts): string {
  return WARNING_KINDS.filter((kind) => counts[kind] > 0)
    .map((kind) => WORDS[kind](counts[kind]))
    .join(", ");
}

const WORDS: Readonly<Record<WarningKind, (count: number) => string>> = {
  deletion: (count) => counted(count, "deletion"),
  replacement: (count) => counted(count, "replacement"),
  protection: (count) => `${counted(count, "loss")} of protection`,
  access: (count) => counted(count, "access change"),
  source: (count) => `${counted(count, "change")} of what decides what runs`,
  unclassified: (count) => `${counted(count, "change")} not classified`,
};

/** ` 1 service changes on 2 clusters.` */
function changed(report: FleetReport): string {
  const touched = report.stacks.filter((stack) => servicesOf(stack).length > 0 || sharedOf(stack));
  const services = new Set(touched.flatMap(servicesOf));
  const clusters = new Set(touched.map(({ change }) => change.cluster));
  const verb = report.tense === "done" ? "changed" : services.size === 1 ? "changes" : "change";
  const where = clusters.size === 0 ? "" : ` on ${counted(clusters.size, "cluster")}`;
  if (services.size > 0) {
    const shared = touched.some(sharedOf) ? ", and shared objects," : "";
    return ` ${counted(services.size, "service")} ${verb}${shared}${where}.`;
  }
  if (touched.length > 0) {
    return ` shared objects ${report.tense === "done" ? "changed" : "change"}${where}.`;
  }
  return report.program.length > 0 ? " program code changes, but no objects do." : "";
}

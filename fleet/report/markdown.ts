import type { WarningKind } from "../../model/change-classes.ts";
import type { FleetReport } from "../preview/change.ts";
import { counted } from "./counts.ts";
import { code, fenced, longestRun } from "./escape.ts";
import { andMore, COMMENT_LIMIT, Room } from "./fold.ts";
import { hookCost } from "./hook-cost.ts";
import { changedPipelines } from "./pipeline-picture.ts";
import { rolloutNotes } from "./rollout-notes.ts";
import { blockTitle, serviceBlocks, sharedEntries } from "./service-blocks.ts";
import { stopsOf, stopText } from "./stops.ts";
import { clusterTables } from "./tables.ts";
import { verdictOf, warningWords } from "./verdict.ts";
import { shortened, warningCounts, warningLines, warningText } from "./warnings.ts";

/** The first line of our comment, by which the next run finds it. Other text cannot contain it on that line. */
export const COMMENT_MARKER = "<!-- kargo-fleet preview -->";

/** The whole report as GitHub Markdown, whatever its length. */
export function renderReport(report: FleetReport): string {
  return render(report, new Room(Number.POSITIVE_INFINITY));
}

/**
 * The report as a comment within {@link COMMENT_LIMIT}. It omits the least important parts first: field diffs, then
 * sentences about services, then rows of tables. It never omits the verdict, and deletions and access only last.
 */
export function renderComment(report: FleetReport): string {
  const room = new Room(COMMENT_LIMIT - COMMENT_MARKER.length - FOOTER_ROOM);
  return `${COMMENT_MARKER}\n${render(report, room)}`;
}

/** The number of names in a sentence of a shortened report. */
const NAMES = 16;
/** The size reserved for the last line, which lists the omitted parts. */
const FOOTER_ROOM = 1_000;

/** Builds the sections in order of importance, which differs from their order on the page. */
function render(report: FleetReport, room: Room): string {
  const most = room.isEndless ? Number.POSITIVE_INFINITY : NAMES;
  const many = report.stacks.length > 1;
  const top = room.take(head(report, most), "the head");
  const warnings = warningSection(report, room, most, many);
  const stops = stopsOf(report);
  const each = room.share(0.3) / Math.max(1, stops.length);
  const stopped = stops.flatMap((stop) => room.take(stopText(stop, each), "an error"));
  const notes = rolloutNotes(report, most).map((note) => `- ${note}`);
  const rollout = room.takeMany(
    notes,
    (left) => `- ${andMore(left, "change")} of the rollout`,
    room.share(0.2),
  );
  const cost = hookCost(report).flatMap((line) => room.take(line, "GitHub's cost"));
  const charts = changedPipelines(report).map(
    ({ title, chart }) => `${title}:\n\n${fenced(chart.split("\n"), "mermaid")}`,
  );
  const pictures = room.takeMany(
    charts,
    (left) => `- ${andMore(left, "picture")} of pipelines`,
    room.share(0.3),
  );
  const tables = tableSections(report, room);
  const services = serviceSections(report, room, most, many);
  return [
    ...top,
    ...warnings,
    ...stopped,
    ...(rollout.length > 0 ? [`### Rollout\n\n${rollout.join("\n")}`] : []),
    ...tables,
    ...(pictures.length > 0 ? ["### Pipelines", ...pictures] : []),
    ...services,
    ...cost,
    ...footer(room),
  ]
    .join("\n\n")
    .concat("\n");
}

function head(report: FleetReport, most: number): string {
  const { base, head, program, tense } = report;
  const from =
    tense === "planned" ? `Changes from ${code(base)} to ${code(head)}.` : `What ${code(head)} did.`;
  const files =
    program.length === 0
      ? []
      : [`Program code changed (${shortened(program, Math.min(most, 8))}): everything was previewed.`];
  return [`## ${verdictOf(report).text}`, [from, ...files].join(" ")].join("\n\n");
}

const SIGNS: Readonly<Record<WarningKind, string>> = {
  deletion: "🗑️",
  replacement: "♻️",
  protection: "🔓",
  access: "🔑",
  source: "🧬",
  unclassified: "❓",
};

function warningSection(report: FleetReport, room: Room, most: number, many: boolean): string[] {
  const lines = warningLines(report);
  if (lines.length === 0) return [];
  const shown = lines.map((line) => `- ${SIGNS[line.kind]} ${warningText(line, most, many)}`);
  const more = (left: number) => {
    const counts = warningCounts(lines.slice(lines.length - left));
    return `- ${[andMore(left, "line"), warningWords(counts)].filter((part) => part !== "").join(": ")}`;
  };
  const title = "### Look at this first";
  return [`${title}\n\n${room.takeMany(shown, more, room.share(0.5)).join("\n")}`];
}

function tableSections(report: FleetReport, room: Room): string[] {
  return clusterTables(report).flatMap(({ head, rows, notes }) => {
    const frame = room.take(head, "a cluster");
    if (frame.length === 0) return [];
    const said = room.takeMany(notes, (left) => andMore(left, "stack"), room.share(0.2));
    const shown = room.takeMany(rows, (left) => `| | ${andMore(left, "row")} | | | |`);
    return [[head, ...shown].join("\n"), ...said];
  });
}

function serviceSections(report: FleetReport, room: Room, most: number, many: boolean): string[] {
  const blocks = serviceBlocks(report);
  const texts = blocks.map((block) =>
    [blockTitle(block, most, many), "", ...block.words.map((word) => `- ${word}`)].join("\n"),
  );
  const shown = room.takeMany(texts, (left) => `${andMore(left, "way")} in which services change`);
  const whole = shown.length === texts.length ? blocks : blocks.slice(0, Math.max(0, shown.length - 1));
  const sections = shown.map((text, index) => {
    const entries = whole[index]?.entries ?? [];
    return [text, ...details(entries, room)].join("\n\n");
  });
  const shared = details(sharedEntries(report), room);
  return [
    ...(sections.length > 0 ? ["### Services", ...sections] : []),
    ...(shared.length > 0 ? ["### Shared objects", ...shared] : []),
  ];
}

/** The fields of objects, in a foldable section. */
function details(entries: readonly string[], room: Room): string[] {
  if (entries.length === 0) return [];
  const frame = 200 + 2 * longestRun(entries.join("\n"));
  if (room.share(1) < frame) {
    room.folded.push(`${counted(entries.length, "object")} field by field`);
    return [];
  }
  const shown = room.takeMany(entries, (left) => `… ${andMore(left, "object")}`, room.share(1) - frame);
  const block = fenced(
    shown.flatMap((entry) => entry.split("\n")),
    "diff",
  );
  const summary = `<details><summary>${counted(entries.length, "object")}, field by field</summary>`;
  room.take(" ".repeat(frame), "");
  return [`${summary}\n\n${block}\n\n</details>`];
}

function footer(room: Room): string[] {
  if (room.folded.length === 0) return [];
  const what = room.folded.length > 3 ? `${room.folded.slice(0, 3).join("; ")}; …` : room.folded.join("; ");
  return [`Omitted to fit into a comment: ${what}. The whole report is the job's artifact.`];
}

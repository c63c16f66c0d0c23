import type { Version } from "../../fleet-status.ts";
import type { Need, StageState } from "./states.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A duration in its largest unit: `45 s`, `12 min`, `3 h`, `14 d`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 2 * MINUTE) return `${whole} s`;
  if (whole < 2 * HOUR) return `${Math.round(whole / MINUTE)} min`;
  if (whole < 2 * DAY) return `${Math.round(whole / HOUR)} h`;
  return `${Math.round(whole / DAY)} d`;
}

/** Milliseconds of an ISO 8601 time; NaN for another text, of which `Date.parse` would guess a time. */
const momentOf = (time: string | undefined) =>
  /^\d{4}-\d\d-\d\dT/.test(time ?? "") ? Date.parse(time ?? "") : Number.NaN;

/** Seconds from one time to another; undefined if one is no time. */
export function secondsBetween(from: string | undefined, to: string | undefined): number | undefined {
  const seconds = (momentOf(to) - momentOf(from)) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** A time as `2026-11-28 13:40 UTC`; another text unchanged. */
export function timeText(time: string): string {
  const moment = momentOf(time);
  if (!Number.isFinite(moment)) return time;
  return `${new Date(moment).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A version as its tag, and its commit where the tag does not end with it; of several images as their tags. */
export function versionText({ tag, tags = {}, commit, freight }: Version): string {
  if (new Set(Object.values(tags)).size > 1)
    return Object.entries(tags)
      .map(([name, one]) => `${name} ${one}`)
      .join(", ");
  const name = tag === "" ? freight.slice(0, 7) : tag;
  return commit === undefined || name.includes(commit) ? name : `${name} (${commit})`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** The start of a text that is longer than `most` characters. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;

export const percentText = (share: number): string =>
  `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** The titles of the list, and what to do. */
export const NEED_WORDS: Readonly<Record<Need, { title: string; meaning: string }>> = {
  unreadable: {
    title: "Not readable",
    meaning: "The service's namespace could not be read, so nobody knows its Stages' states.",
  },
  unhealthy: {
    title: "Unhealthy",
    meaning: "Argo CD or Kargo says that the Stage is Degraded, Unhealthy or Missing.",
  },
  stuck: {
    title: "Stuck",
    meaning:
      "The Promotion failed, and Kargo does not try this Freight again. Repair the cause, then promote it by hand, or push newer Freight.",
  },
  failed: {
    title: "Failed",
    meaning: "The latest Promotion failed. Newer Freight, or another Promotion by hand, may replace it.",
  },
  warehouse: {
    title: "No new Freight",
    meaning: "The Warehouse finds no new images, so pushes reach no Stage.",
  },
  promote: {
    title: "To promote",
    meaning: "The Freight is ready. A person must promote it.",
  },
  sync: {
    title: "To sync",
    meaning: "Git has the new tag, and the Application not. A person must sync it.",
  },
  held: {
    title: "Held",
    meaning: "Auto-promotion pauses until the current candidate is promoted by hand.",
  },
  drift: {
    title: "Not as planned",
    meaning: "The Stage's spec differs from the plan. The next pulumi up writes it again.",
  },
  closed: {
    title: "Closed",
    meaning: "A freeze, a window or a stopped line refuses the Promotion now.",
  },
  soak: {
    title: "Soaking",
    meaning: "Nobody needs to act: a time or a verification upstream is not over.",
  },
};

const OTHER_STATES = {
  healthy: "healthy",
  progressing: "in progress",
  passed: "control flow",
  empty: "nothing yet",
  unknown: "health unknown",
};

/** A Stage's state in a few words. */
export function stateText(state: StageState): string {
  return state in OTHER_STATES
    ? OTHER_STATES[state as keyof typeof OTHER_STATES]
    : NEED_WORDS[state as Need].title.toLowerCase();
}

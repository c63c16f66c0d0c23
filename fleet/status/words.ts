import { clipped, visible } from "../report/escape.ts";
import type { Version } from "./fleet-status.ts";
import { tagParts } from "./version.ts";

/** A time span in its largest unit: `53 s`, `8 min`, `5 h`, `12 d`. @param seconds at least 0 */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** How long ago; undefined without a time. */
export function age(since: string | undefined, now: number): string | undefined {
  const moment = Date.parse(since ?? "");
  return Number.isNaN(moment) ? undefined : span((now - moment) / 1000);
}

/**
 * The commit, which people know; else the tag, else the start of the Freight's name. Of several images with different
 * tags, each with its name.
 */
export function shortVersion({ commit, tag, tags = {}, freight }: Version): string {
  if (new Set(Object.values(tags)).size < 2)
    return visible(clipped(commit ?? (tag || freight.slice(0, 7)), 20));
  const each = Object.entries(tags).map(
    ([name, one]) => `${name} ${clipped(tagParts(one)?.commit ?? one, 20)}`,
  );
  return visible(clipped(each.join(", "), 60));
}

/** The length of a cluster's text in a line: enough for an error, whose end says most. */
const START = 90;
const END = 170;

/** Text of a cluster in one line. It may be long, and may contain terminal escape sequences. */
export function shown(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= START + END) return visible(line);
  return `${visible(line.slice(0, START).toWellFormed())} … ${visible(line.slice(-END).toWellFormed())}`;
}

/** The value in the middle of sorted ones. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

import { InvalidArgumentError } from "commander";
import { command, option, required } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import { compose } from "./github-thread/compose.ts";
import { isMarkerName } from "./github-thread/marker.ts";
import { put } from "./github-thread/put.ts";
import { markdownOf, sectionsOf } from "./github-thread/report-files.ts";
import { threadsApi } from "./github-thread/threads-api.ts";

/** The account whose comments and issues are updated: that of a workflow's token by default. */
export const AUTHOR = option("<login>", "the login of the token", String, "github-actions[bot]");

export const commentCommand = command({
  name: "comment",
  description: "Creates or updates the comment on a pull request that shows the reports.",
  options: {
    pullRequest: required("<number>", "the pull request", numberOf),
    reports: option("<folder>", "the folder of the reports, <name>.md"),
    expect: option("<names>", "the expected reports: names separated by commas, or a JSON list", namesOf, []),
    note: option("<file>", "Markdown before the reports"),
    run: option("<url>", "the page with logs and whole reports"),
    marker: markerOption("preview"),
    author: AUTHOR,
  },
  help: `
The comment is found by its first line, <!-- kargo-fleet <marker> -->, and its author. Comments of others are never
changed. Missing reports are named. If the text is too long for GitHub, only the first lines of some reports are kept.

It uses GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_SERVER_URL, as GitHub Actions sets them; the token needs
pull-requests: write.

Exit codes: 0 the comment is up to date, 1 it could not be written.

Examples:
  npm run fleet -- comment --pull-request 7 --reports reports --expect prod-eu,prod-us
  npm run fleet -- comment --pull-request 7 --note waiting.md`,
  async run({ pullRequest, marker, reports, expect, note, run, author }) {
    const sections = sectionsOf(reports, expect);
    const noted = note === undefined ? undefined : markdownOf(note);
    if (sections.length === 0 && noted === undefined)
      throw new FleetError("There is nothing to write. Name reports with --expect, or a note with --note.");
    const body = compose({ marker, note: noted, sections, run });
    const done = await put(threadsApi(process.env).comments(pullRequest), body, { marker, author });
    process.stdout.write(`The comment on pull request ${pullRequest} is ${done}.\n`);
  },
});

export function markerOption(fallback: string) {
  return option("<name>", "the name of the comment or issue", markerName, fallback);
}

function markerName(given: string): string {
  if (isMarkerName(given)) return given;
  throw new InvalidArgumentError("Write letters, digits, spaces, dots and dashes.");
}

function numberOf(text: string): number {
  if (!/^[1-9][0-9]{0,9}$/.test(text)) throw new InvalidArgumentError("Write its number.");
  return Number(text);
}

function namesOf(text: string): readonly string[] {
  const names = text.trim().startsWith("[") ? listOf(text) : text.split(",").map((name) => name.trim());
  for (const name of names)
    if (!/^[\w][\w.-]*$/.test(name))
      throw new InvalidArgumentError(`${JSON.stringify(name)} is not a valid name.`);
  return names;
}

function listOf(text: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((name) => typeof name === "string")) return list;
  } catch {}
  throw new InvalidArgumentError("Write names separated by commas, or a JSON list.");
}

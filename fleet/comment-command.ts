import { Command, InvalidArgumentError, Option } from "commander";
import { FleetError } from "./fleet-error.ts";
import { compose } from "./github-thread/compose.ts";
import { isMarkerName } from "./github-thread/marker.ts";
import { put } from "./github-thread/put.ts";
import { markdownOf, sectionsOf } from "./github-thread/report-files.ts";
import { threadsApi } from "./github-thread/threads-api.ts";

/** The author of comments that a workflow's token writes. */
const WORKFLOW = "github-actions[bot]";

interface CommentOptions {
  readonly pullRequest: number;
  readonly marker: string;
  readonly reports?: string;
  readonly expect: readonly string[];
  readonly note?: string;
  readonly run?: string;
  readonly author: string;
}

/** `fleet comment`: creates one comment on a pull request and keeps it up to date. */
export function commentCommand(): Command {
  return new Command("comment")
    .description("Creates or updates the comment on a pull request that shows the reports.")
    .requiredOption("--pull-request <number>", "the pull request", numberOf)
    .option("--reports <folder>", "the folder of the reports, <name>.md")
    .option(
      "--expect <names>",
      "the expected reports: names separated by commas, or a JSON list",
      namesOf,
      [],
    )
    .option("--note <file>", "Markdown before the reports")
    .option("--run <url>", "the page with logs and whole reports")
    .addOption(markerOption("preview"))
    .addOption(authorOption())
    .addHelpText(
      "after",
      `
The comment is found by its first line, <!-- kargo-fleet <marker> -->, and its author. Comments of others are never
changed. Missing reports are named. If the text is too long for GitHub, only the first lines of some reports are kept.

It uses GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_SERVER_URL, as GitHub Actions sets them; the token needs
pull-requests: write.

Exit codes: 0 the comment is up to date, 1 it could not be written.

Examples:
  npm run fleet -- comment --pull-request 7 --reports reports --expect prod-eu,prod-us
  npm run fleet -- comment --pull-request 7 --note waiting.md`,
    )
    .action(async ({ pullRequest, marker, reports, expect, note, run, author }: CommentOptions) => {
      const sections = sectionsOf(reports, expect);
      const noted = note === undefined ? undefined : markdownOf(note);
      if (sections.length === 0 && noted === undefined)
        throw new FleetError("There is nothing to write. Name reports with --expect, or a note with --note.");
      const body = compose({ marker, note: noted, sections, run });
      const done = await put(threadsApi(process.env).comments(pullRequest), body, { marker, author });
      process.stdout.write(`The comment on pull request ${pullRequest} is ${done}.\n`);
    });
}

export function markerOption(name: string): Option {
  return new Option("--marker <name>", "the name of the comment or issue")
    .default(name)
    .argParser((given: string) => {
      if (!isMarkerName(given))
        throw new InvalidArgumentError("Write letters, digits, spaces, dots and dashes.");
      return given;
    });
}

export function authorOption(): Option {
  return new Option("--author <login>", "the login of the token").default(WORKFLOW);
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

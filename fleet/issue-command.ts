import { Command } from "commander";
import { authorOption, markerOption } from "./comment-command.ts";
import { FleetError } from "./fleet-error.ts";
import { compose } from "./github-thread/compose.ts";
import { closeIssue, put } from "./github-thread/put.ts";
import { markdownOf } from "./github-thread/report-files.ts";
import { threadsApi } from "./github-thread/threads-api.ts";

interface IssueOptions {
  readonly marker: string;
  readonly title?: string;
  readonly note?: string;
  readonly run?: string;
  readonly close: boolean;
  readonly author: string;
}

/** `fleet issue`: keeps one issue open as long as there is a problem. */
export function issueCommand(): Command {
  return new Command("issue")
    .description("Opens, updates or closes the issue with a marker.")
    .option("--title <text>", "the title of a new issue")
    .option("--note <file>", "the text, as Markdown")
    .option("--run <url>", "the page with logs and whole reports")
    .option("--close", "close the issue", false)
    .addOption(markerOption("drift"))
    .addOption(authorOption())
    .addHelpText(
      "after",
      `
The issue is found by its first line, <!-- kargo-fleet <marker> -->, and its author. After it was closed by anybody, the
next one is a new issue.

It uses GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_SERVER_URL, as GitHub Actions sets them; the token needs issues: write.

Exit codes: 0 the issue is up to date, 1 it could not be written.

Examples:
  npm run fleet -- issue --marker "drift prod" --title "prod has drifted" --note drift.md
  npm run fleet -- issue --marker "drift prod" --close`,
    )
    .action(async ({ marker, title, note, run, close, author }: IssueOptions) => {
      const api = () => threadsApi(process.env);
      const mine = { marker, author };
      if (close) {
        const done = await closeIssue(api(), mine);
        process.stdout.write(`The issue ${JSON.stringify(marker)} is ${done}.\n`);
        return;
      }
      if (title === undefined || note === undefined)
        throw new FleetError("An issue needs --title and --note, or --close.");
      const body = compose({ marker, note: markdownOf(note), sections: [], run });
      const done = await put(api().openIssues(title), body, mine);
      process.stdout.write(`The issue ${JSON.stringify(marker)} is ${done}.\n`);
    });
}

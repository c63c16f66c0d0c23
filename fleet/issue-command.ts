import { command, flag, option } from "./command.ts";
import { AUTHOR, markerOption } from "./comment-command.ts";
import { FleetError } from "./fleet-error.ts";
import { compose } from "./github-thread/compose.ts";
import { closeIssue, put } from "./github-thread/put.ts";
import { markdownOf } from "./github-thread/report-files.ts";
import { threadsApi } from "./github-thread/threads-api.ts";

export const issueCommand = command({
  name: "issue",
  description: "Opens, updates or closes the issue with a marker.",
  options: {
    title: option("<text>", "the title of a new issue"),
    note: option("<file>", "the text, as Markdown"),
    run: option("<url>", "the page with logs and whole reports"),
    close: flag("close the issue"),
    marker: markerOption("drift"),
    author: AUTHOR,
  },
  help: `
The issue is found by its first line, <!-- kargo-fleet <marker> -->, and its author. After it was closed by anybody, the
next one is a new issue.

It uses GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_SERVER_URL, as GitHub Actions sets them; the token needs issues: write.

Exit codes: 0 the issue is up to date, 1 it could not be written.

Examples:
  npm run fleet -- issue --marker "drift prod" --title "prod has drifted" --note drift.md
  npm run fleet -- issue --marker "drift prod" --close`,
  async run({ marker, title, note, run, close, author }) {
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
    const done = await put(api().issues(title), body, mine);
    process.stdout.write(`The issue ${JSON.stringify(marker)} is ${done}.\n`);
  },
});

import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { FleetError } from "./fleet-error.ts";
import { count } from "./number-options.ts";
import { ALARMS, type Alarm, exitCodeOf } from "./preview/exit-code.ts";
import { type PreviewOptions, previewFleet } from "./preview/preview.ts";
import { reportJson } from "./preview/report-json.ts";
import { renderComment, renderReport } from "./report/markdown.ts";

interface Options extends PreviewOptions {
  readonly json: boolean;
  readonly report?: string;
  readonly comment?: string;
  readonly failOn: readonly Alarm[];
}

/** `fleet preview`: previews what a pull request changes, limited to affected services. */
export function previewCommand(): Command {
  return new Command("preview")
    .description("Previews what a change of the files does to every stack, limited to affected services.")
    .requiredOption("--base <ref>", "what to compare with: a branch, a tag or a commit")
    .option("--head <ref>", "what to preview (default: the working directory as it is)")
    .option("--stack <name...>", "only these stacks")
    .option("--full", "preview everything", false)
    .option("--offline", "compare the plans, without the engine", false)
    .option(
      "--data-only",
      "run the engine only if neither the program nor a destination of secrets differs",
      false,
    )
    .option("--parallel <count>", "the number of parallel stacks (default: as memory permits)", count)
    .option("--json", "print everything as JSON", false)
    .option("--report <file>", "write the whole report, as Markdown")
    .option("--comment <file>", "write the report, shortened to fit into a GitHub comment")
    .option("--fail-on <kinds>", `separated by commas: ${ALARMS.join(", ")}`, alarms, [])
    .addHelpText(
      "after",
      `
The head is compared with the merge base. Stack files and catalogues are read from Git's objects; nothing is checked out.
The engine previews only affected services. It previews everything if the program, a pipeline, a provider or a secret
differs, and says so. The command changes nothing.

--offline needs no engine, no cluster and no passphrase, so it is safe for a stranger's pull request.
With --head, the program of the working directory runs, and only data is read from the head.

The program asks GitHub and the cluster about new services: does the repository exist, may a webhook be created, does the
build namespace exist, is the namespace free? With --offline it asks nobody.

Exit codes: 0 nothing changes, or nothing that --fail-on names, 2 the loss check refuses, the files have problems, or a
service could not be created, 3 the report contains a class of --fail-on, 1 a stack could not be previewed (the report
covers the others).

Examples:
  npm run fleet -- preview --base origin/main
  npm run fleet -- preview --base origin/main --offline --json
  npm run fleet -- preview --base origin/main --stack prod --report report.md --fail-on deletions,access,source`,
    )
    .action(async ({ json, report: file, comment, failOn, ...options }: Options) => {
      const report = await previewFleet(options, (line) => process.stderr.write(`${line}\n`));
      if (file !== undefined) await write(file, renderReport(report));
      if (comment !== undefined) await write(comment, renderComment(report));
      process.stdout.write(json ? `${reportJson(report)}\n` : renderReport(report));
      process.exitCode = exitCodeOf(report, failOn);
    });
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new FleetError(`${file} cannot be written: ${(error as Error).message}`);
  }
}

function alarms(text: string): Alarm[] {
  return text.split(",").map((word) => {
    const found = ALARMS.find((alarm) => alarm === word.trim());
    if (found === undefined)
      throw new InvalidArgumentError(`${JSON.stringify(word)} is not one of ${ALARMS.join(", ")}.`);
    return found;
  });
}

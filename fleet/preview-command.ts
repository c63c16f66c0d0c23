import { writeFile } from "node:fs/promises";
import { InvalidArgumentError } from "commander";
import type { Plan } from "../model/plan.ts";
import { command, flag, JSON_OPTION, option, required } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import { count } from "./option-parsers.ts";
import type { FleetReport } from "./preview/change.ts";
import { ALARMS, type Alarm, exitCodeOf } from "./preview/exit-code.ts";
import { previewFleet } from "./preview/preview.ts";
import { tell } from "./progress.ts";
import { renderComment, renderReport } from "./report/markdown.ts";

export const previewCommand = command({
  name: "preview",
  description: "Previews what a change of the files does to every stack, limited to affected services.",
  options: {
    base: required("<ref>", "what to compare with: a branch, a tag or a commit"),
    head: option("<ref>", "what to preview (default: the working directory as it is)"),
    stack: option("<name...>", "only these stacks"),
    full: flag("preview everything"),
    offline: flag("compare the plans, without the engine"),
    dataOnly: flag("run the engine only if neither the program nor a destination of secrets differs"),
    parallel: option("<count>", "the number of parallel stacks (default: as memory permits)", count),
    json: JSON_OPTION,
    report: option("<file>", "write the whole report, as Markdown"),
    comment: option("<file>", "write the report, shortened to fit into a GitHub comment"),
    failOn: option("<kinds>", `separated by commas: ${ALARMS.join(", ")}`, alarms, []),
  },
  help: `
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
  async run({ json, report: file, comment, failOn, ...options }) {
    const report = await previewFleet(options, tell);
    if (file !== undefined) await write(file, renderReport(report));
    if (comment !== undefined) await write(comment, renderComment(report));
    process.stdout.write(json ? `${reportJson(report)}\n` : renderReport(report));
    process.exitCode = exitCodeOf(report, failOn);
  },
});

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

/** The report as JSON, with the plans of affected services only. */
function reportJson(report: FleetReport): string {
  const stacks = report.stacks.map(({ change, engine }) => {
    const affected = new Set(change.services.map(({ service }) => service));
    const only = (plan: Plan | undefined) =>
      plan && { ...plan, services: plan.services.filter(({ name }) => affected.has(name)) };
    return { change: { ...change, before: only(change.before), after: only(change.after) }, engine };
  });
  return JSON.stringify({ ...report, stacks }, null, 2);
}

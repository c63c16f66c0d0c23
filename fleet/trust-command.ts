import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { readFleet } from "./all-stacks.ts";
import { command, flag, option, required } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import { git } from "./preview/git.ts";
import { gitFiles } from "./preview/git-files.ts";
import { approvalNote } from "./trust/note.ts";
import { changesBetween, commitHere, mergedCommit } from "./trust/pull-request.ts";
import { workflowStacks } from "./trust/stacks.ts";
import { trustedChanges } from "./trust/trusted-changes.ts";

/** The environment whose approvers may let a pull request's program run beside secrets. */
const APPROVED_IN = "preview-program";
/** The pull request changes more than data. */
const NEEDS_APPROVAL = 2;

export const trustCommand = command({
  name: "trust",
  description:
    "Decides whether a pull request changes only data, or needs an approval before it may use secrets.",
  options: {
    base: required("<commit>", "the commit that the pull request would be merged into"),
    head: required("<commit>", "the pull request's commit, fetched and not checked out"),
    take: flag("if only data changes: copy the data into this folder, a checkout of the base"),
    note: option(
      "<file>",
      "if it needs an approval: write the reasons for reviewers to this file, as Markdown",
    ),
    githubOutput: option("<file>", "write verdict, merged and stacks to this file for GitHub Actions"),
  },
  help: `
Data is services.json with the files that the base's includes, and in a Pulumi.<stack>.yaml the keys rollout, pipelines and
warehouse. They decide neither where the program connects nor which credential it uses. Everything else needs an approval:
program code, lockfile, workflows, a new stack, an address, a secret, a symbolic link. Pages (docs/, *.md) are ignored.

It compares the base with the merge result, using Git's objects. Outputs: verdict (data-only, needs-approval), merged (the
merge commit), stacks (a JSON list without the sandbox's).

Exit codes: 0 only data changes, 2 it needs an approval, 1 it failed (a conflict, a missing commit).

Example:
  git fetch origin pull/7/head
  npm run fleet -- trust --base HEAD --head FETCH_HEAD`,
  run(options) {
    const base = commitHere(options.base);
    const merged = mergedCommit(base, commitHere(options.head));
    const prefix = git(["rev-parse", "--show-prefix"]).stdout.trim();
    const before = readFleet(gitFiles(base, prefix, options.base));
    const { catalogues } = workflowStacks(before);
    const changed = changesBetween(base, merged);
    const trust = trustedChanges(gitFiles(base, prefix, options.base), catalogues, changed, prefix);
    const trusted = trust.verdict === "data only";
    // After an approval the pull request's own stacks count.
    const after = trusted ? before : readFleet(gitFiles(merged, prefix, options.head));
    if (options.take && trusted) take(trust.data, base);
    if (options.note !== undefined && !trusted)
      writeFileSync(options.note, approvalNote(trust.reasons, APPROVED_IN));
    if (options.githubOutput !== undefined) {
      const verdict = trusted ? "data-only" : "needs-approval";
      const stacks = JSON.stringify(workflowStacks(after).stacks);
      appendFileSync(options.githubOutput, `verdict=${verdict}\nmerged=${merged}\nstacks=${stacks}\n`);
    }
    process.stdout.write(
      trusted ? "Only data changes: it may be previewed with secrets.\n" : "It needs an approval:\n",
    );
    for (const { file, why } of trust.reasons) process.stdout.write(`  ${JSON.stringify(file)}: ${why}\n`);
    if (!trusted) process.exitCode = NEEDS_APPROVAL;
  },
});

/** @throws FleetError if the folder is not the base that the data was compared with */
function take(data: ReadonlyMap<string, string>, base: string): void {
  if (commitHere("HEAD") !== base)
    throw new FleetError("--take copies data beside the base's program. Check the base out first.");
  for (const [file, text] of data) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

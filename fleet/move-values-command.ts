import { command, flag, option, required } from "./command.ts";
import { gitHubAuth } from "./github-auth.ts";
import { type MovedFile, type MoveOptions, type MoveReport, move } from "./move-values.ts";
import { tell } from "./progress.ts";
import { openEngine } from "./recovery/engine.ts";
import { readStackFiles } from "./stack-files.ts";

/** Something remains to be done, or the user must look at a file. */
const LEFT = 2;

export const moveValuesCommand = command({
  name: "move-values",
  description: "Moves values files to the folder, branch or repository in the stack file, in one commit.",
  options: {
    stack: required("<name>", "the stack of the values files"),
    dryRun: flag("only list the files to move"),
    output: option("<folder>", "write into a checkout of the new place, for a pull request"),
    from: option("<folder>", "with --output: a checkout of the old place, if that is another repository"),
  },
  help: `
First change gitops in Pulumi.<stack>.yaml, or another setting that decides where values files are. The last pulumi up has
recorded the old place. The command moves each file that Kargo writes, and no other files of the old folders.

On the same branch it moves the files. A promotion before the next up then fails instead of writing a tag into an unused
file; repeat it after that up. From another branch or repository it copies the files and keeps the old ones. A tag that is
promoted between the copy and the up only reaches the old file, so run the up at once. Applications keep running: Argo CD
changes nothing while the values are missing.

It never changes a file in the new place. You may interrupt it and run it again.
It uses the App, github:token or GITHUB_TOKEN of pulumi up, which needs to read the old repository and write the new one;
--output needs none of them.

Exit codes: 0 every file is in its new place, 2 --dry-run found files to move, or files differ or are in neither place, 1 it
failed.

Examples:
  npm run fleet -- move-values --stack prod --dry-run
  npm run fleet -- move-values --stack prod && pulumi up --stack prod`,
  async run({ stack, ...options }) {
    const plan = readStackFiles(stack);
    const before = await openEngine(stack).provisioned();
    const auth =
      before && options.output === undefined ? await gitHubAuth(stack, plan.github, tell) : undefined;
    const report = before && (await move(plan, before, options, { auth, report: tell }));
    for (const { from, to, is } of report?.files ?? [])
      if (is !== "there") process.stdout.write(`${MARKS[is]}${from} -> ${to}\n`);
    tell(
      report
        ? summary(stack, report, options)
        : `No pulumi up of ${stack} has recorded where its values files are, so nothing moves.`,
    );
    const left = report?.files.some(
      ({ is }) => is === "differs" || is === "nowhere" || (options.dryRun && is === "moves"),
    );
    process.exitCode = left ? LEFT : 0;
  },
});

const MARKS = {
  moves: "",
  differs: "in both places with different content: ",
  nowhere: "in neither: ",
} as const;

function summary(
  stack: string,
  { place, files, commit }: MoveReport,
  { dryRun, output }: MoveOptions,
): string {
  if (files.length === 0) return `The place of ${stack}'s values files has not changed, so nothing moves.`;
  const having = (is: MovedFile["is"]) => files.filter((file) => file.is === is);
  const moved = having("moves");
  const stay = moved.some(({ deletesOld }) => !deletesOld);
  const all = files.length === 1 ? "1 values file" : `${files.length} values files`;
  const done = commit === undefined ? "" : `, in commit ${commit}`;
  const next =
    output === undefined
      ? `Run pulumi up of ${stack} now.`
      : `Commit it on a branch, merge it, and run pulumi up of ${stack} right after.`;
  const lines = [
    moved.length === 0
      ? `Nothing is left to move: ${having("there").length} of ${all} in ${place}.`
      : `${moved.length} of ${all} ${dryRun ? "would move" : "moved"} to ${place}${done}.`,
  ];
  if (moved.length > 0 && !dryRun) lines.push(next);
  if (stay)
    lines.push("The old files are kept. Remove them after that up; until then promotions write them.");
  const [differing, nowhere] = [having("differs").length, having("nowhere").length];
  if (differing > 0)
    lines.push(
      `${differing} in both places with different content; both are kept. Compare them, and remove the old ones.`,
    );
  if (nowhere > 0)
    lines.push(`${nowhere} in neither place: npm run fleet -- seed --stack ${stack} writes new ones.`);
  return lines.join("\n");
}

import { appendFileSync } from "node:fs";
import { styleText } from "node:util";
import { formatProblem, inReadingOrder } from "../model/diagnostics.ts";
import { type Fleet, readFleet } from "./all-stacks.ts";
import { command, JSON_OPTION, option } from "./command.ts";
import { askOnline } from "./online.ts";
import { tell } from "./progress.ts";
import { workflowStacks } from "./trust/stacks.ts";

/** A problem was found. */
const WRONG = 2;
/** Something could not be checked. */
const UNKNOWN = 1;

export const checkCommand = command({
  name: "check",
  description: "Checks every stack file and its catalogue, each alone and all together, without a cluster.",
  options: {
    json: JSON_OPTION,
    online: option(
      "[stacks...]",
      "also ask GitHub and the clusters about these stacks (default: all but the sandbox's)",
    ),
    githubOutput: option("<file>", "write the stacks to this file for GitHub Actions, without the sandbox's"),
  },
  help: `
It reads every Pulumi.<stack>.yaml of the folder. It needs no engine, no cluster and no passphrase.

--online asks about every service: does its repository exist, may the program create a webhook there, does its team's
build namespace exist, is its own namespace free? It uses the App, github:token or GITHUB_TOKEN of pulumi up, and the
kubeconfig contexts of the stacks. It writes nothing.

Exit codes: 0 everything is right, 2 there are problems (one per line), 1 the check itself failed, or --online could
not check something.

Examples:
  npm run fleet -- check
  npm run fleet -- check --online prod
  npm run fleet -- -C examples/clusters check`,
  async run({ json, githubOutput, online }) {
    const started = performance.now();
    const fleet = readFleet();
    const asked =
      online === undefined
        ? { problems: [], unchecked: [] }
        : await askOnline(fleet, online === true ? [] : online, tell);
    const problems = inReadingOrder([...fleet.problems, ...asked.problems]);
    const milliseconds = Math.round(performance.now() - started);
    const checked = { stacks: fleet.stacks, problems, unchecked: asked.unchecked };
    if (json) process.stdout.write(`${checkJson(checked, milliseconds)}\n`);
    else printResult(checked, milliseconds);
    if (githubOutput !== undefined)
      appendFileSync(githubOutput, `stacks=${JSON.stringify(workflowStacks(fleet).stacks)}\n`);
    if (problems.length > 0) process.exitCode = WRONG;
    else if (asked.unchecked.length > 0) process.exitCode = UNKNOWN;
  },
});

interface Checked extends Pick<Fleet, "stacks" | "problems"> {
  /** What `--online` could not check. */
  readonly unchecked: readonly string[];
}

function printResult({ stacks: all, problems, unchecked }: Checked, milliseconds: number): void {
  for (const { name, plan } of all) {
    const stages = plan?.services.reduce((sum, { stages }) => sum + stages.length, 0) ?? 0;
    const text = plan
      ? `${plan.services.length} services with ${stages} Stages on the cluster ${plan.cluster.name}`
      : styleText("red", "wrong");
    process.stdout.write(`${name}: ${text}\n`);
  }
  for (const problem of problems) tell(formatProblem(problem));
  for (const line of unchecked) tell(line);
  const stacks = all.length === 1 ? "1 stack" : `${all.length} stacks`;
  const verdict =
    problems.length > 0
      ? styleText("red", problems.length === 1 ? "1 problem" : `${problems.length} problems`)
      : unchecked.length > 0
        ? styleText("red", "some checks were not possible")
        : styleText("green", "everything is right");
  process.stdout.write(`${stacks} checked in ${milliseconds} ms: ${verdict}.\n`);
}

function checkJson({ stacks, problems, unchecked }: Checked, milliseconds: number): string {
  const found = stacks.map(({ name, plan }) => ({
    name,
    right: plan !== undefined,
    ...(plan && { cluster: plan.cluster.name, services: plan.services.length }),
  }));
  const right = problems.length === 0 && unchecked.length === 0;
  return JSON.stringify({ right, milliseconds, stacks: found, problems, unchecked }, null, 2);
}

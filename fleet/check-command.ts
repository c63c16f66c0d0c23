import { appendFileSync } from "node:fs";
import { styleText } from "node:util";
import { Command } from "commander";
import { formatProblem, inReadingOrder } from "../model/diagnostics.ts";
import { type Fleet, readFleet } from "./all-stacks.ts";
import { workflowStacks } from "./trust/stacks.ts";

/** Something in the files is wrong. */
const WRONG = 2;

/** `fleet check`: everything that can be known to be wrong, of all stacks at once, without a cluster. */
export function checkCommand(): Command {
  return new Command("check")
    .description("Checks every stack file and its catalogue, each alone and all together, offline.")
    .option("--json", "print everything as JSON", false)
    .option(
      "--github-output <file>",
      "write the stacks there, as GitHub Actions reads them; not the sandbox's",
    )
    .addHelpText(
      "after",
      `
It reads every Pulumi.<stack>.yaml of the folder, and touches nothing: no engine, no cluster, no passphrase.

Exit codes: 0 all is right, 2 something is wrong (each problem on a line), 1 the check itself failed.

Examples:
  npm run fleet -- check
  npm run fleet -- -C examples/clusters check`,
    )
    .action(({ json, githubOutput }: { json: boolean; githubOutput?: string }) => {
      const started = performance.now();
      const fleet = readFleet();
      const milliseconds = Math.round(performance.now() - started);
      if (json) process.stdout.write(`${checkJson(fleet, milliseconds)}\n`);
      else tell(fleet, milliseconds);
      if (githubOutput !== undefined)
        appendFileSync(githubOutput, `stacks=${JSON.stringify(workflowStacks(fleet).stacks)}\n`);
      if (fleet.problems.length > 0) process.exitCode = WRONG;
    });
}

function tell(fleet: Fleet, milliseconds: number): void {
  const problems = inReadingOrder(fleet.problems);
  for (const { name, plan } of fleet.stacks) {
    const stages = plan?.services.reduce((sum, { stages }) => sum + stages.length, 0) ?? 0;
    const text = plan
      ? `${plan.services.length} services with ${stages} Stages on the cluster ${plan.cluster.name}`
      : styleText("red", "wrong");
    process.stdout.write(`${name}: ${text}\n`);
  }
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
  const verdict =
    problems.length === 0
      ? styleText("green", "all is right")
      : styleText("red", problems.length === 1 ? "1 problem" : `${problems.length} problems`);
  const stacks = fleet.stacks.length === 1 ? "1 stack" : `${fleet.stacks.length} stacks`;
  process.stdout.write(`${stacks} checked in ${milliseconds} ms: ${verdict}.\n`);
}

function checkJson({ stacks, problems }: Fleet, milliseconds: number): string {
  const found = stacks.map(({ name, plan }) => ({
    name,
    right: plan !== undefined,
    ...(plan && { cluster: plan.cluster.name, services: plan.services.length }),
  }));
  const right = problems.length === 0;
  return JSON.stringify({ right, milliseconds, stacks: found, problems: inReadingOrder(problems) }, null, 2);
}

import { InvalidArgumentError } from "commander";
import { durationSeconds, isDuration } from "../model/durations.ts";
import { dnsLabel } from "../model/kubernetes-names.ts";
import { covered } from "../model/windows.ts";
import { serviceNames } from "./chosen-services.ts";
import { command, flag, option, required } from "./command.ts";
import { CLUSTER_OF_STACK, checkNames, clusterOf } from "./windows/cluster-options.ts";
import { stopTheLine } from "./windows/line.ts";
import { tellChange } from "./windows/rules-text.ts";

export const stopTheLineCommand = command({
  name: "stop-the-line",
  description: "Stops Promotions at once, of all services or of some.",
  options: {
    ...CLUSTER_OF_STACK,
    reason: required("<text>", "why; everybody who is refused reads it", reason),
    stages: option("<names>", "only these, separated by commas (default: all)", names, []),
    services: option("<names>", "only these, separated by commas (default: all)", names, []),
    until: option(
      "<when>",
      "its end: 90m, 2h, or a time such as 2026-12-31T18:00:00+01:00 (default: resume)",
      end,
    ),
    dryRun: flag("ask the API server, but change nothing"),
    json: flag("print the stops before and after as JSON"),
  },
  help: `
The API server refuses every new Promotion to these Stages from now on: Kargo's own, and those of people. Promotions that
run go on. It works with your kubeconfig: only the group access.incident of the stack may do it (default: access.breakGlass).

Exit codes: 0 the line is stopped, 1 it is not.

Examples:
  npm run fleet -- stop-the-line --stack prod --reason "payments are down"
  npm run fleet -- stop-the-line --context prod --stages prod --services nginx,auth --until 2h --reason "load test"`,
  async run(options) {
    const { cluster, files } = await clusterOf(options);
    try {
      if (files) checkNames(files, options);
      tellChange(await stopTheLine(cluster, options, options.dryRun), options);
    } finally {
      cluster.close();
    }
  },
});

/** A name of another form would break the calendar and so close everything; no name would mean all. */
function names(value: string): string[] {
  const all = serviceNames(value);
  if (all.length === 0) throw new InvalidArgumentError("It names nothing; leave it out for all.");
  const wrong = all.find((name) => !dnsLabel.safeParse(name).success);
  if (wrong === undefined) return all;
  throw new InvalidArgumentError(`${JSON.stringify(wrong)} is not a name: small letters, digits and dashes.`);
}

function reason(text: string): string {
  const read = covered.reason.safeParse(text);
  if (!read.success) throw new InvalidArgumentError(`It ${read.error.issues[0]?.message ?? "is not valid"}.`);
  return read.data;
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/;

function end(text: string): Date {
  const at = isDuration(text)
    ? new Date(Date.now() + durationSeconds(text) * 1000)
    : new Date(MOMENT.test(text) ? text : Number.NaN);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError(
      "It must be a duration such as 90m or 2h, or a time such as 2026-12-31T18:00:00Z.",
    );
  if (at.getTime() <= Date.now()) throw new InvalidArgumentError("It must be in the future.");
  return at;
}

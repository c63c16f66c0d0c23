import { isDeepStrictEqual } from "node:util";
import { calendarData } from "../manifests/calendar.ts";
import type { ClosingRule } from "../model/calendar.ts";
import { closedNow } from "../model/closed-now.ts";
import { serviceNames } from "./chosen-services.ts";
import { command, flag, JSON_OPTION, option, type ValuesOf } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import { validStack } from "./stack-files.ts";
import { enforcedNow } from "./windows/calendars.ts";
import { CLUSTER_OF_STACK, checkNames, clusterOf } from "./windows/cluster-options.ts";
import { ruleJson, ruleLine, stateOf } from "./windows/rules-text.ts";

/** Something that was asked for is closed. */
const CLOSED = 2;

const OPTIONS = {
  ...CLUSTER_OF_STACK,
  stages: option("<names>", "only rules about these, separated by commas", serviceNames),
  services: option("<names>", "only rules about these, separated by commas", serviceNames),
  offline: flag("show the stack's files, without the cluster and its stops"),
  json: JSON_OPTION,
};
type WindowsOptions = ValuesOf<typeof OPTIONS>;

export const windowsCommand = command({
  name: "windows",
  description: "Shows what is open and closed for Promotions now, and what changes next.",
  options: OPTIONS,
  help: `
It reads the two ConfigMaps with the rules that the API server enforces, and says if the rules differ from the stack's
files. The group access.incident of the stack may read them.

Exit codes: 0 everything is open, 2 something is closed, 1 the command could not read it.

Examples:
  npm run fleet -- windows --stack prod
  npm run fleet -- windows --stack prod --stages prod --services nginx --json`,
  async run(options) {
    const now = new Date();
    const { cluster, rules, differs } = await rulesFor(options);
    const states = rules.filter((rule) => isAbout(rule, options)).map((rule) => stateOf(rule, now));
    const closed = closedNow(
      states.map(({ rule }) => rule),
      now,
    );
    const text = options.json
      ? JSON.stringify(
          { at: now.toISOString(), cluster, closed, rules: states.map(ruleJson), differs },
          null,
          2,
        )
      : [
          `${cluster}: ${closed.length === 0 ? "everything is open" : `${closed.length} of ${states.length} rules close something`}`,
          ...states.map(ruleLine),
        ].join("\n");
    process.stdout.write(`${text}\n`);
    if (differs)
      process.stderr.write("The cluster's calendar is not that of the stack's files. Run pulumi up.\n");
    if (closed.length > 0) process.exitCode = CLOSED;
  },
});

interface Rules {
  readonly cluster: string;
  readonly rules: readonly ClosingRule[];
  /** Whether the cluster enforces something other than the files say. */
  readonly differs: boolean;
}

async function rulesFor(options: WindowsOptions): Promise<Rules> {
  const { stages = [], services = [] } = options;
  if (options.offline) {
    if (options.stack === undefined)
      throw new FleetError("--offline reads a stack's files: name it with --stack.");
    const files = validStack(options.stack);
    checkNames(files, { stages, services });
    const { plan } = files;
    return { cluster: plan.cluster.name, rules: plan.platform?.calendar ?? [], differs: false };
  }
  const { cluster, files } = await clusterOf(options);
  try {
    if (files) checkNames(files, { stages, services });
    const { calendar, rules } = await enforcedNow(cluster);
    const planned = files?.plan.platform?.calendar;
    return {
      cluster: files?.plan.cluster.name ?? cluster.context,
      rules,
      differs: planned !== undefined && !isDeepStrictEqual(calendar, calendarData(planned)),
    };
  } finally {
    cluster.close();
  }
}

function isAbout(rule: ClosingRule, { stages, services }: WindowsOptions): boolean {
  const meets = (covered: readonly string[], asked: readonly string[] | undefined) =>
    asked === undefined || covered.length === 0 || asked.some((name) => covered.includes(name));
  return meets(rule.stages, stages) && meets(rule.services, services);
}

import { resolve } from "node:path";
import { styleText } from "node:util";
import { InvalidArgumentError } from "commander";
import { didYouMean, listed } from "../model/diagnostics.ts";
import type { ServicePlan } from "../model/plan.ts";
import { serviceNames } from "./chosen-services.ts";
import { chosenPlans, requireOneCluster } from "./chosen-stacks.ts";
import { CLUSTER, command, flag, JSON_OPTION, option, type ValuesOf } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import { progressOn } from "./progress.ts";
import { ageOf, type Filters, filtered } from "./status/filters.ts";
import type { FleetStatus } from "./status/fleet-status.ts";
import { isWrong, needsOf } from "./status/needs.ts";
import { readFleetStatus } from "./status/read-fleet.ts";
import { statusText } from "./status/text.ts";

/** Something failed or is stuck, or a service passed the filters. */
const FOUND = 2;
/** A cluster or a service could not be read. */
const INCOMPLETE = 1;
const WIDTH = 100;

const OPTIONS = {
  services: option("<names>", "only these services, separated by commas", serviceNames),
  team: option("<names>", "only services of these teams, separated by commas", serviceNames),
  waiting: flag("only services that wait for a person"),
  failed: flag("only services with a failed Promotion, stuck Freight or a Warehouse that finds none"),
  stale: option(
    "<age>",
    "only services whose last Stage has had no new version for this time, such as 14d",
    staleAge,
  ),
  json: JSON_OPTION,
  html: option("<file>", "write everything as one page that needs no network, and print only its path"),
  audit: option("<file>", "the output of fleet audit --json, whose rights the page shows as a map"),
  ...CLUSTER,
};
type StatusOptions = ValuesOf<typeof OPTIONS>;

export const statusCommand = command({
  name: "status",
  description: "Shows which version is where, what waits for whom, and what failed, on all clusters.",
  argument: ["[stacks...]", "only these stacks (default: all but the sandbox's)"],
  options: OPTIONS,
  help: `
It only reads, with the rights of your kubeconfig. It lists whole clusters; without that right it reads
namespace by namespace.

Examples:
  npm run fleet -- status                            every stack but the sandbox's
  npm run fleet -- status prod-eu prod-us --waiting  what waits for a person on two clusters
  npm run fleet -- status --team edge --stale 14d    what team edge has not delivered for two weeks
  npm run fleet -- status --html status.html         the same as a page to search and to filter
  npm run --silent fleet -- status --json | jq '.services[].stages[].failed.reason // empty'

Exit codes: 0 nothing failed, is stuck or differs from the plan; 2 something does. With --waiting, --failed or
--stale: 0 no service passes the filters, 2 at least one does. 1 a cluster or service could not be read; the
others are shown.`,
  async run(options, stacks) {
    if (options.audit !== undefined && options.html === undefined)
      throw new FleetError("--audit is for the page. Name the page's file with --html.");
    const status = await runStatus(stacks, options);
    process.stdout.write(`${await output(status, options)}\n`);
    if (options.json || options.html !== undefined) tellUnreadable(status);
    process.exitCode = exitCode(status, options);
  },
});

async function output(status: FleetStatus, { json, html, audit }: StatusOptions): Promise<string> {
  if (html !== undefined) {
    // Loaded only when needed, as it reads the page's files.
    const { writePage } = await import("./status/page/write-page.ts");
    writePage(html, status, audit);
    if (!json) return `Written: ${resolve(html)}`;
  }
  return json
    ? JSON.stringify(status, null, 2)
    : statusText(status, process.stdout.columns ?? WIDTH, styleText);
}

/** Prints which clusters could not be read, also with `--json`, so that a log shows it. */
function tellUnreadable({ clusters }: FleetStatus): void {
  for (const { name, unreadable } of clusters)
    if (unreadable !== undefined) process.stderr.write(`Not read: cluster ${name}: ${unreadable}\n`);
}

async function runStatus(references: readonly string[], options: StatusOptions): Promise<FleetStatus> {
  const { services, team: teams, waiting, failed, stale, context, kubeconfig } = options;
  const now = new Date();
  const stacks = chosenPlans(references, now);
  const planned = stacks.flatMap(({ plan }) => plan.services);
  assertKnown("service", services, planned, ({ name }) => name);
  assertKnown("team", teams, planned, ({ team }) => team);
  requireOneCluster(stacks, context);
  const isWanted = ({ name, team }: ServicePlan) =>
    (services === undefined || services.includes(name)) && (teams === undefined || teams.includes(team));
  const progress = progressOn(process.stderr);
  try {
    const access = { context, kubeconfig, told: progress.tell };
    const status = await readFleetStatus(stacks, isWanted, access, now);
    return filtered(status, { teams, waiting, failed, stale });
  } finally {
    progress.end();
  }
}

function assertKnown(
  what: string,
  names: readonly string[] | undefined,
  services: readonly ServicePlan[],
  nameOf: (service: ServicePlan) => string,
): void {
  const known = [...new Set(services.map(nameOf))];
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const hint = didYouMean(unknown, known) ?? `There are: ${listed(known)}.`;
  throw new FleetError(`No stack that you named has the ${what} ${JSON.stringify(unknown)}. ${hint}`);
}

/** For scripts: an incomplete answer proves nothing, so it comes before everything else. */
function exitCode(status: FleetStatus, { waiting, failed, stale }: Omit<Filters, "teams">): number {
  const { clusters, services } = status;
  if ([...clusters, ...services].some(({ unreadable }) => unreadable !== undefined)) return INCOMPLETE;
  if (waiting || failed || stale !== undefined) return services.length > 0 ? FOUND : 0;
  return needsOf(status).some(isWrong) || services.some(({ warehouse }) => warehouse !== undefined)
    ? FOUND
    : 0;
}

function staleAge(text: string): number {
  const age = ageOf(text);
  if (typeof age === "string") throw new InvalidArgumentError(age);
  return age;
}

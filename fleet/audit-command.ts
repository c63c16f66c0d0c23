import { styleText } from "node:util";
import { Command, InvalidArgumentError } from "commander";
import type { ServicePlan } from "../model/plan.ts";
import { rowsOf } from "./audit/actors.ts";
import { takeCensus } from "./audit/census.ts";
import { matrixOf } from "./audit/matrix.ts";
import { probeGuard } from "./audit/probes.ts";
import { type Audit, auditJson, auditText, isRight } from "./audit/report.ts";
import { reviewsOf } from "./audit/reviews.ts";
import { oldVersions } from "./audit/versions.ts";
import { chosenServices, serviceNames } from "./chosen-services.ts";
import { type Cluster, openCluster } from "./cluster.ts";
import { FleetError } from "./fleet-error.ts";
import { progressOn } from "./progress.ts";
import { readStackFiles } from "./stack-files.ts";

interface AuditOptions {
  readonly stack: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly services?: readonly string[];
  readonly json: boolean;
  readonly concurrency: number;
}

/** Something is allowed that should not be, or refused that should be allowed. */
const WRONG = 2;
const WIDTH = 100;

/** `fleet audit`: asks the real API server who may do what, and compares it with the list. */
export function auditCommand(): Command {
  return new Command("audit")
    .description(
      "Asks the API server who may do what in every service's namespace, and compares it with the list.",
    )
    .requiredOption("--stack <name>", "the stack to audit")
    .option("--context <name>", "the kubeconfig's context (default: the stack's)")
    .option("--kubeconfig <file>", "an administrator's kubeconfig (default: the stack's, or KUBECONFIG)")
    .option("--services <names>", "only these, with commas between (default: all of the stack)", serviceNames)
    .option("--json", "print everything as JSON", false)
    .option("--concurrency <number>", "how many questions at once", atLeastOne, 16)
    .addHelpText(
      "after",
      [
        "\nIt changes nothing: it asks, and what it tries it tries as a dry run. It needs an administrator's",
        "kubeconfig, since it asks about others and acts as them (impersonation).",
        "\nExit codes: 0 all is as the list says, 2 something is not (the cells are printed), 1 the audit failed.",
      ].join("\n"),
    )
    .action(async (options: AuditOptions) => {
      const audit = await runAudit(options);
      const width = process.stdout.columns ?? WIDTH;
      const text = options.json ? auditJson(audit) : auditText(audit, width, styleText);
      process.stdout.write(`${text}\n`);
      if (!isRight(audit)) process.exitCode = WRONG;
    });
}

async function runAudit(options: AuditOptions): Promise<Audit> {
  const { stack, concurrency } = options;
  const started = Date.now();
  const plan = readStackFiles(stack);
  const services = chosenServices(plan, options.services, stack);
  const context = options.context ?? plan.cluster.context;
  const cluster = await openCluster({ kubeconfig: options.kubeconfig ?? plan.cluster.kubeconfig, context });
  const progress = progressOn(process.stderr);
  try {
    await assertProvisioned(cluster, services);
    const rows = rowsOf(plan);
    const reviews = reviewsOf(cluster);
    const census = await takeCensus({
      plan,
      services,
      rows,
      reviews,
      concurrency,
      progress: (done, total) =>
        progress.tell(`audit: ${done} of ${total}, ${reviews.asked} questions asked`),
    });
    const probes = await probeGuard({
      cluster,
      services,
      rows,
      concurrency,
      progress: (done, total) => progress.tell(`audit: past the guard, ${done} of ${total} namespaces`),
    });
    const matrix = matrixOf(rows, services, census.findings, probes);
    const warnings = await oldVersions(cluster);
    const milliseconds = Date.now() - started;
    return { stack, context, matrix, ...census, asked: reviews.asked, milliseconds, probes, warnings };
  } finally {
    progress.end();
    cluster.close();
  }
}

/** Where no namespace is there, every answer would be "refused", which says nothing. */
async function assertProvisioned(cluster: Cluster, services: readonly ServicePlan[]): Promise<void> {
  for (const { project } of services) {
    const { status } = await cluster.send({ method: "GET", path: `/api/v1/namespaces/${project}` });
    if (status === 200) return;
    if (status === 403)
      throw new FleetError(
        "This identity may not even see namespaces: the audit needs an administrator's kubeconfig.",
      );
  }
  if (services.length > 0)
    throw new FleetError(
      `None of the ${services.length} namespaces of the stack is in ${cluster.server} (context ${cluster.context}). Is it the right cluster, and was pulumi up run?`,
    );
}

function atLeastOne(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("It must be a whole number, 1 or more.");
  return number;
}

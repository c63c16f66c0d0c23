import { styleText } from "node:util";
import type { ServicePlan } from "../model/plan.ts";
import { rowsOf } from "./audit/actors.ts";
import { inspect } from "./audit/inspection.ts";
import { matrixOf } from "./audit/matrix.ts";
import { probeGuard } from "./audit/probes.ts";
import { type Audit, auditJson, auditText, isRight } from "./audit/report.ts";
import { readSubject } from "./audit/subjects.ts";
import { oldVersions } from "./audit/versions.ts";
import { chosenServices, serviceNames } from "./chosen-services.ts";
import { type Cluster, openClusterOf } from "./cluster.ts";
import { CLUSTER, command, JSON_OPTION, option, required, type ValuesOf } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import { count, userName } from "./option-parsers.ts";
import { progressOn } from "./progress.ts";
import { validStackWithShards } from "./stack-files.ts";

/** A right exists that should not, or is missing. */
const WRONG = 2;
const WIDTH = 100;

const OPTIONS = {
  stack: required("<name>", "the stack to audit"),
  ...CLUSTER,
  services: option("<names>", "only these, separated by commas (default: all of the stack)", serviceNames),
  json: JSON_OPTION,
  known: option(
    "<subject>",
    'a subject that may have rights: "group <name>", "user <name>", "ServiceAccount <namespace>/<name>"; may be repeated',
    readSubject,
    [],
  ),
  previewer: option("<user>", "the identity of fleet deployer --read-only, if there is one", userName),
  concurrency: option("<number>", "the number of parallel attempts", count, 16),
};

export const auditCommand = command({
  name: "audit",
  description: "Compares access in the cluster with the plan, and lists who else has rights there.",
  options: OPTIONS,
  help: `
It changes nothing: it only reads and makes dry runs. It needs an administrator's
kubeconfig, because it reads all of RBAC and impersonates others.

Exit codes: 0 access is as planned, 2 it differs (each difference is named), 1 the audit failed.`,
  async run(options) {
    const audit = await runAudit(options);
    const width = process.stdout.columns ?? WIDTH;
    const text = options.json ? auditJson(audit) : auditText(audit, width, styleText);
    process.stdout.write(`${text}\n`);
    if (!isRight(audit)) process.exitCode = WRONG;
  },
});

/** Audits a stack. @throws FleetError if the cluster cannot be read */
export async function runAudit(options: ValuesOf<typeof OPTIONS>): Promise<Audit> {
  const { stack, concurrency, previewer, known } = options;
  const started = Date.now();
  const files = validStackWithShards(stack);
  const { plan } = files;
  const services = chosenServices(plan, options.services, stack);
  const cluster = await openClusterOf(plan, options);
  const progress = progressOn(process.stderr);
  try {
    await assertProvisioned(cluster, services);
    progress.tell("audit: reads the cluster's objects");
    const inspection = await inspect({ cluster, files, services, previewer, known });
    const rows = rowsOf(plan);
    const probes = await probeGuard({
      cluster,
      services,
      rows,
      concurrency,
      progress: (done, total) =>
        progress.tell(`audit: trying to bypass the guard, ${done} of ${total} namespaces`),
    });
    const matrix = matrixOf(rows, services, inspection.findings, probes);
    const warnings = await oldVersions(cluster);
    return {
      stack,
      context: cluster.context,
      matrix,
      ...inspection,
      milliseconds: Date.now() - started,
      probes,
      warnings,
    };
  } finally {
    progress.end();
    cluster.close();
  }
}

/** Without a namespace every request would be refused, which proves nothing. */
async function assertProvisioned(cluster: Cluster, services: readonly ServicePlan[]): Promise<void> {
  for (const { project } of services) {
    const { status } = await cluster.send({ method: "GET", path: `/api/v1/namespaces/${project}` });
    if (status === 200) return;
    if (status === 403)
      throw new FleetError(
        "This identity may not list namespaces: the audit needs an administrator's kubeconfig.",
      );
  }
  if (services.length > 0)
    throw new FleetError(
      `None of the ${services.length} namespaces of the stack is in ${cluster.server} (context ${cluster.context}). Is it the right cluster, and has pulumi up run?`,
    );
}

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runAudit } from "../fleet/audit-command.ts";
import { chosenPlans } from "../fleet/chosen-stacks.ts";
import { openCluster } from "../fleet/cluster.ts";
import { statusPage } from "../fleet/status/page/page.ts";
import { readFleetStatus } from "../fleet/status/read-fleet.ts";
import { STATUS_PAGE } from "./folder.ts";
import { seedSamples } from "./samples/seed.ts";
import type { Sandbox } from "./sandbox.ts";

/** The name of the stack, and of the context in the sandbox's kubeconfigs. */
const STACK = "sandbox";

const NOTE =
  "This is the sandbox of npm start. No Kargo runs here: the Freight, the Promotions and the states of Stages and Applications are samples. The access matrix is real.";

/** Writes samples into the API server, and what `fleet status` and `fleet audit` then say as one HTML file. */
export async function writeStatusPage(sandbox: Sandbox): Promise<string> {
  const kubeconfig = sandbox.controlPlane.kubeconfigs.admin;
  const stacks = chosenPlans([STACK]);
  const cluster = await openCluster({ kubeconfig, context: STACK });
  try {
    const services = stacks.flatMap(({ plan }) => plan.services);
    await seedSamples(cluster, services, new Date());
  } finally {
    cluster.close();
  }
  const access = { context: STACK, kubeconfig, told: () => {} };
  const [status, { matrix }] = await Promise.all([
    readFleetStatus(stacks, () => true, access, new Date()),
    runAudit({
      stack: STACK,
      context: STACK,
      kubeconfig,
      json: false,
      concurrency: 16,
      known: [],
      services: undefined,
      previewer: undefined,
    }),
  ]);
  const file = join(sandbox.directory, STATUS_PAGE);
  await writeFile(file, statusPage(status, matrix, NOTE), { mode: 0o600 });
  return file;
}

import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { type Cluster, openCluster } from "../fleet/cluster.ts";
import { readStackFiles } from "../fleet/stack-files.ts";
import { startControlPlane } from "../sandbox/control-plane.ts";
import { installDefinitions } from "../sandbox/crds.ts";
import { sharedPrograms } from "../test/engine/control-plane.ts";
import { engineFolder } from "../test/engine/engine-environment.ts";
import { createNamespaces, writeObjects } from "../test/engine/write-objects.ts";
import { catalogueOf, stackText } from "../test/sources.ts";
import { measure } from "./measure.ts";
import { type BenchObject, objectsOf } from "./status-objects.ts";

const SIZES = ["100", "1000"];

/** `npm run bench -- status`: measures `fleet status` of a cluster with many services. */
export function statusBench(): Command {
  return new Command("status")
    .description("fleet status of a cluster with 100 and 1,000 services.")
    .argument("[sizes...]", "how many services", SIZES)
    .addHelpText(
      "after",
      `
The cluster is a real control plane (kube-apiserver, etcd) with the definitions of Kargo and Argo CD. Each service has
three Stages, three pieces of Freight, ten Promotions and three Applications, each as large as those that Kargo and
Argo CD wrote in a recording. No controller runs. Memory is that of the command alone.

Example:
  npm run bench -- status 100`,
    )
    .action(async (sizes: readonly string[]) => run(sizes.map(Number)));
}

async function run(sizes: readonly number[]): Promise<void> {
  console.log("| services | objects | size | `fleet status` | memory | `--json` | `--services` (one) |");
  console.log("|---|---|---|---|---|---|---|");
  for (const size of sizes) console.log(await row(size));
}

async function row(size: number): Promise<string> {
  const folder = await engineFolder("status-bench", true);
  const { programs } = await sharedPrograms();
  const plane = await startControlPlane({ directory: join(folder, "control-plane"), programs });
  const { admin: kubeconfig } = plane.kubeconfigs;
  let admin: Cluster | undefined;
  try {
    await installDefinitions({ admin: kubeconfig });
    admin = await openCluster({ kubeconfig, context: "sandbox" });
    const names = Array.from({ length: size }, (_, index) => `service-${index}`);
    await writeFile(join(folder, "services.json"), catalogueOf(names));
    const cluster = `{ name: eu, context: sandbox, kubeconfig: ${kubeconfig} }`;
    await writeFile(join(folder, "Pulumi.eu.yaml"), stackText({ cluster }));
    const counted = await fill(admin, folder);
    const options = { cwd: folder, env: {} };
    const fleet = [process.execPath, resolve("fleet/main.ts"), "status", "eu"];
    // The first run compiles the program into Node's cache.
    await measure([...fleet, "--services", "service-0"], options, [0, 2]);
    const text = await measure(fleet, options, [0, 2]);
    const json = await measure([...fleet, "--json"], options, [0, 2]);
    const one = await measure([...fleet, "--services", "service-0"], options, [0, 2]);
    const cells = [
      size,
      counted.objects,
      `${Math.round(counted.bytes / 1e6)} MB`,
      `${text.seconds.toFixed(1)} s`,
      `${Math.round(Math.max(text.megabytes, json.megabytes))} MB`,
      `${json.seconds.toFixed(1)} s`,
      `${one.seconds.toFixed(1)} s`,
    ];
    return `| ${cells.join(" | ")} |`;
  } finally {
    admin?.close();
    await plane.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes all objects. Returns their number and their size as the API server lists them. */
async function fill(admin: Cluster, folder: string): Promise<{ objects: number; bytes: number }> {
  const before = process.cwd();
  process.chdir(folder);
  const { services } = readStackFiles("eu");
  process.chdir(before);
  await createNamespaces(
    admin,
    services.map(({ project }) => project),
  );
  const counted = { objects: 0, bytes: 0 };
  const counting = function* (): Generator<BenchObject> {
    for (const [index, each] of services.entries())
      for (const object of objectsOf(each, index)) {
        counted.objects++;
        counted.bytes += JSON.stringify(object).length;
        if (counted.objects % 1000 === 0) process.stderr.write(`${counted.objects} objects\n`);
        yield object;
      }
  };
  await writeObjects(admin, counting());
  return counted;
}

import { rm, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { connectionOf, kubernetesApi } from "../kubernetes-api.ts";
import { readClusterObjects } from "./cluster-objects.ts";
import { startListener } from "./listener.ts";

interface Flags {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly submissions: string;
  readonly readyFile: string;
}

const program = new Command("argo-events-listener")
  .description(
    "Takes deliveries where Argo Events would, on 127.0.0.1, until it gets SIGTERM or SIGINT. Nothing is submitted.",
  )
  .requiredOption("--kubeconfig <file>", "of an identity that may read EventSources, Sensors and Secrets")
  .requiredOption("--namespace <name>", "the namespace that they are in")
  .requiredOption("--submissions <folder>", "takes a file for each object that a trigger would create")
  .requiredOption("--ready-file <file>", "written when it listens: { url, pid }; removed when it ends")
  .action(run);

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function run({ kubeconfig, namespace, submissions, readyFile }: Flags): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  // One that a killed run left behind would announce a listener that is not there.
  await rm(readyFile, { force: true });
  const api = kubernetesApi(await connectionOf(kubeconfig));
  const listener = await startListener({
    objects: () => readClusterObjects(api, namespace),
    submissions,
    log: (line) => console.log(`${new Date().toISOString()} ${line}`),
  });
  console.log(`Listens on ${listener.url} in Argo Events' place. No workflow controller runs here.`);
  await writeFile(readyFile, `${JSON.stringify({ url: listener.url, pid: process.pid })}\n`, { mode: 0o600 });
  await ended;
  await listener.stop();
  api.close();
  await rm(readyFile, { force: true });
}

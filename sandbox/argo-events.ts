import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { untilReady } from "./control-plane/readiness.ts";
import { EVENTS_NAMESPACE } from "./deployer.ts";
import { startRecorded } from "./processes.ts";

/** What stands in Argo Events' place: its own code without its pods and its bus. */
export interface ArgoEvents {
  /** Where deliveries go. */
  readonly url: string;
  /** What it says about each delivery. */
  readonly log: string;
}

/** What its process is called. */
export const ARGO_EVENTS = "Argo Events' place";

/**
 * Starts what takes GitHub's deliveries in Argo Events' place, as a process of the sandbox.
 *
 * @param program the path of `sandbox-argo-events`
 * @param kubeconfig of who may read EventSources, Sensors and Secrets, and act as the Sensors' ServiceAccounts
 */
export async function startArgoEvents(
  directory: string,
  program: string,
  kubeconfig: string,
): Promise<ArgoEvents> {
  const log = join(directory, "logs", "argo-events.log");
  const ready = join(directory, "argo-events.json");
  const started = await startRecorded(directory, {
    name: ARGO_EVENTS,
    path: program,
    arguments: ["--kubeconfig", kubeconfig, "--namespace", EVENTS_NAMESPACE, "--ready-file", ready],
    log,
  });
  let url = "";
  await untilReady(started, async () => {
    ({ url } = JSON.parse(await readFile(ready, "utf8")) as { url: string });
    return true;
  });
  return { url, log };
}

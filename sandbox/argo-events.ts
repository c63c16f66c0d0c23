import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { untilReady } from "./control-plane/readiness.ts";
import { EVENTS_NAMESPACE } from "./deployer.ts";
import { startRecorded } from "./processes.ts";

/** The process that runs Argo Events' own code without its pods and EventBus. */
export interface ArgoEvents {
  /** The address to which deliveries are sent. */
  readonly url: string;
  /** The path of its log, which has one line per delivery. */
  readonly log: string;
}

/** The name of its process. */
export const ARGO_EVENTS = "Argo Events' place";

/**
 * Starts the process that receives GitHub's deliveries.
 * @param program the path of `sandbox-argo-events`
 * @param kubeconfig of an identity that may read EventSources, Sensors and Secrets, and act as the Sensors'
 * ServiceAccounts
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
  const { url } = await untilReady(
    started,
    async () => JSON.parse(await readFile(ready, "utf8")) as { url: string },
  );
  return { url, log };
}

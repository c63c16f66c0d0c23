import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { untilReady } from "./control-plane/readiness.ts";
import { EVENTS_NAMESPACE } from "./deployer.ts";
import { PROJECT } from "./folder.ts";
import { startRecorded } from "./processes.ts";

/** What stands in Argo Events' place. */
export interface ArgoEvents {
  /** Where deliveries go. */
  readonly url: string;
  /** The folder of the Workflows that would have been submitted. */
  readonly workflows: string;
  /** What it says about each delivery. */
  readonly log: string;
}

/** What its process is called. */
export const ARGO_EVENTS = "Argo Events' place";

/** Starts the listener that takes GitHub's deliveries in Argo Events' place, as a process of the sandbox. */
export async function startArgoEvents(directory: string, kubeconfig: string): Promise<ArgoEvents> {
  const workflows = join(directory, "workflows");
  const log = join(directory, "logs", "argo-events.log");
  const ready = join(directory, "argo-events.json");
  await mkdir(workflows, { recursive: true, mode: 0o700 });
  const started = await startRecorded(directory, {
    name: ARGO_EVENTS,
    path: process.execPath,
    arguments: [
      join(PROJECT, "sandbox", "argo-events", "main.ts"),
      ...["--kubeconfig", kubeconfig],
      ...["--namespace", EVENTS_NAMESPACE],
      ...["--submissions", workflows],
      ...["--ready-file", ready],
    ],
    log,
  });
  let url = "";
  await untilReady(started, async () => {
    ({ url } = JSON.parse(await readFile(ready, "utf8")) as { url: string });
    return true;
  });
  return { url, workflows, log };
}

import { setTimeout as pause } from "node:timers/promises";
import { guardObjects } from "../../manifests/admission.ts";
import { guards } from "../../manifests/guard.ts";
import { switchObjects } from "../../manifests/incident-switch.ts";
import { InvalidInput } from "../../model/diagnostics.ts";
import type { PlatformPlan } from "../../model/plan.ts";
import { applied } from "../../sandbox/deployer.ts";
import { connectionOf, kubernetesApi } from "../../sandbox/kubernetes-api.ts";
import { platformPlan } from "../sources.ts";

/** The guards now in force in the cluster that all tests share. */
let inForce = "";

/**
 * How long an API server takes at most to apply a changed policy, in milliseconds: it reads policies once a second.
 */
const SETTLED = 2_000;

/**
 * Applies `fleet deployer` after a change of a stack file, as an administrator does. Only the guards depend on the
 * config and the catalogue's teams. Does nothing if the file is invalid.
 */
export async function administer(
  admin: string,
  config: Readonly<Record<string, string>>,
  teams?: object,
): Promise<void> {
  const platform = platformOf(config, teams);
  if (platform) await applyGuards(admin, platform);
}

/** Applies the guards of a plan, if they are not in force. */
export async function applyGuards(admin: string, platform: PlatformPlan): Promise<void> {
  const objects = [...guardObjects(guards(platform)), ...switchObjects(platform.guard)];
  const text = JSON.stringify(objects);
  if (text === inForce) return;
  const api = kubernetesApi(await connectionOf(admin));
  for (const { path, object } of objects.map(applied)) await api.apply(path, JSON.stringify(object));
  api.close();
  await pause(SETTLED);
  inForce = text;
}

/** Disables the pipelines' guard, so that the administrator can dry-run any pipeline. */
export async function withoutPipelineGuard(admin: string): Promise<void> {
  const api = kubernetesApi(await connectionOf(admin));
  const bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
  const { status, text } = await api.send("DELETE", `${bindings}/kargo-fleet-guard`);
  api.close();
  if (status >= 300) throw new Error(`the guard stays in force: ${text}`);
  await pause(SETTLED);
  inForce = "";
}

function platformOf(config: Readonly<Record<string, string>>, teams?: object): PlatformPlan | undefined {
  try {
    // No guard depends on the rollout, whose waves would need services.
    return platformPlan({ ...config, credentials: "", platform: "true", rollout: "" }, teams);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

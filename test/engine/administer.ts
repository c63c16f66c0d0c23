import { setTimeout as pause } from "node:timers/promises";
import { guards } from "../../manifests/guard.ts";
import { InvalidInput } from "../../model/diagnostics.ts";
import type { PlatformPlan } from "../../model/plan.ts";
import { applied } from "../../sandbox/deployer.ts";
import { connectionOf, kubernetesApi } from "../../sandbox/kubernetes-api.ts";
import { platformPlan } from "../sources.ts";

/** What stands in the cluster that all tests of a run share. */
let inForce = "";

/** How long an API server takes at most to hold to a policy that changed: it looks at them once a second. */
const SETTLED = 2_000;

/**
 * Does what an administrator does after a change of a stack's file: `fleet deployer`, of which the guards alone follow the
 * config and the catalogue's teams. Where the file is wrong, nothing.
 */
export async function administer(
  admin: string,
  config: Readonly<Record<string, string>>,
  teams?: object,
): Promise<void> {
  const platform = platformOf(config, teams);
  if (platform) await applyGuards(admin, platform);
}

/** Has the guards be those of a plan, where they are not already. */
export async function applyGuards(admin: string, platform: PlatformPlan): Promise<void> {
  const objects = guards(platform).flatMap(({ policy, binding }) => [policy, binding]);
  const text = JSON.stringify(objects);
  if (text === inForce) return;
  const api = kubernetesApi(await connectionOf(admin));
  for (const { path, object } of objects.map(applied)) await api.apply(path, JSON.stringify(object));
  api.close();
  await pause(SETTLED);
  inForce = text;
}

/** Takes the guard of pipelines out of force, for what asks of any pipeline, as an administrator, whether it would do. */
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
    return platformPlan({ ...config, credentials: "", platform: "true" }, teams);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

import assert from "node:assert/strict";
import { administrator } from "./access-world.ts";
import { type FleetStack, type Run, TOKEN } from "./fleet-stack.ts";
import { post, remove, sendOrThrow } from "./requests.ts";

type Command = "preview" | "up";

export const BOTH = { nginx: {}, auth: {} };
export const WITHOUT_AUTH = { nginx: {} };
export const DECOMMISSIONED = { nginx: {}, auth: { state: "decommissioned" } };

/** A pipeline of dev and prod, with other stages between them. */
export const pipelines = (between = "") =>
  `{ standard: [ { stage: dev, promotion: auto, sync: auto }, ${between}
      { stage: prod, promotion: manual, sync: manual, after: [dev] } ] }`;

/** The changed resources, optionally of one service only. */
export function touched({ steps }: Run, service = ""): string[] {
  const changed = Object.entries(steps).filter(([name, op]) => op !== "same" && name.startsWith(service));
  return changed.map(([name, op]) => `${op} ${name}`).sort();
}

/** Checks that the command fails with these messages and changes nothing. */
export async function refused(
  stack: FleetStack,
  command: Command,
  ...messages: readonly RegExp[]
): Promise<void> {
  const [objects, state] = [await stack.objects(), await resources(stack)];
  const run = await stack[command]();
  assert.ok(run.failed, run.output);
  for (const message of messages) assert.match(run.output, message);
  assert.deepEqual(run.steps, {});
  assert.deepEqual(await stack.objects(), objects);
  assert.deepEqual(await resources(stack), state);
  assert.equal(stack.github.hooks("acme/auth").length, 1);
}

/** The resources in the engine's checkpoint, without timestamps. */
export async function resources(stack: FleetStack): Promise<readonly string[]> {
  return (await stack.checkpoint()).resources.map(({ urn, protect }) => `${urn} ${protect ?? false}`).sort();
}

/** Whether each Stage of a service promotes by itself. */
export async function policies(stack: FleetStack, name: string): Promise<Readonly<Record<string, boolean>>> {
  const { spec } = await stack.get<{
    spec: { promotionPolicies: { stageSelector: { name: string }; autoPromotionEnabled?: boolean }[] };
  }>("projectconfigs.kargo.akuity.io", `kargo-${name}`, `kargo-${name}`);
  const pairs = spec.promotionPolicies.map(({ stageSelector, autoPromotionEnabled = false }) => [
    stageSelector.name,
    autoPromotionEnabled,
  ]);
  return Object.fromEntries(pairs);
}

/** The values files of a service with the stages dev, qa and prod. */
export const ALL_FILES = ["values-dev.yaml", "values-prod.yaml", "values-qa.yaml"];

/** The values files of a service in Git. */
export async function valuesFiles(stack: FleetStack, name: string): Promise<readonly string[]> {
  const response = await fetch(`${stack.github.url}/repos/acme/gitops/git/trees/main?recursive=1`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const { tree } = (await response.json()) as { tree: { path: string }[] };
  const folder = `services/${name}/`;
  return tree
    .map(({ path }) => path)
    .filter((path) => path.startsWith(folder))
    .map((path) => path.slice(folder.length));
}

export async function uid(stack: FleetStack, kind: string, name: string): Promise<string> {
  return (await stack.get<{ metadata: { uid: string } }>(kind, name)).metadata.uid;
}

/** Creates an Application with a name that nginx needs. The returned function deletes it. */
export async function takeName(stack: FleetStack): Promise<() => Promise<void>> {
  const path = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications";
  const metadata = { name: "nginx-dev" };
  const spec = { project: "default", destination: {} };
  const body = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata, spec };
  const admin = await administrator(stack);
  await sendOrThrow(admin, post(path, body));
  return async () => {
    await sendOrThrow(admin, remove(`${path}/${metadata.name}`));
    admin.close();
  };
}

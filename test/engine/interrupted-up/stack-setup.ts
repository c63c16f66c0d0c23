import { DEFINITIONS } from "../../../sandbox/crds/releases.ts";
import { definitionTexts } from "../../../sandbox/crds/texts.ts";

const NAMED = ["Project", "ProjectConfig", "Warehouse", "Stage", "Freight", "Application", "AppProject"];

/** Installs the definitions of one pipeline, and the namespace of Argo CD. */
export async function prepare(
  kubectl: (args: readonly string[], input?: string) => Promise<string>,
): Promise<void> {
  const named = DEFINITIONS.filter(({ kind }) => NAMED.includes(kind));
  const definitions = (await definitionTexts(process.env, named)).values();
  const namespace = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "argocd" } });
  await kubectl(["create", "-f", "-"], [...definitions, namespace].join("\n---\n"));
  await kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
}

/** The config of a stack with one service. */
export function config(service: string, kubeconfig: string, more: Readonly<Record<string, string>>): string {
  const keys = {
    cluster: `{ name: test, context: test, kubeconfig: ${JSON.stringify(kubeconfig)} }`,
    registry: "registry.example",
    gitops: "{ repository: acme/gitops }",
    github: "{ owner: acme }",
    webhooks: '{ url: "https://hooks.acme.example" }',
    access: "{ deployer: kargo-fleet-deployer }",
    pipelines: "{ standard: [{ stage: dev, promotion: auto, sync: auto }] }",
    rollout: `{ include: [{ names: [${service}] }] }`,
    platform: "false",
    ...more,
  };
  return Object.entries(keys)
    .map(([key, value]) => `  kargo-fleet:${key}: ${value}\n`)
    .join("");
}

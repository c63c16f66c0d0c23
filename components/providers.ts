// The package as a whole loads hundreds of files more.
import { Provider as Kubernetes } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import { withoutVariable } from "../git-host/environment.ts";
import { hooks } from "../git-host/hooks.ts";
import type { ClusterPlan, Plan } from "../model/plan.ts";
import { podKubeconfig } from "./pod-credentials.ts";

/**
 * The two explicit providers of a stack by package: neither ever falls back on what the machine happens to point at.
 * @param secret the key of the plan's GitHub App, else a token; without it the provider takes GITHUB_TOKEN
 */
export function providers(
  plan: Plan,
  secret: pulumi.Output<string> | undefined,
): Readonly<Record<"kubernetes" | typeof hooks.package, pulumi.ProviderResource>> {
  return { kubernetes: kubernetesProvider(plan.cluster), [hooks.package]: hooks.provider(plan, secret) };
}

function kubernetesProvider({ name, context, kubeconfig, qps, burst }: ClusterPlan): Kubernetes {
  const args = {
    ...(context === undefined ? { context: "pod", kubeconfig: podKubeconfig() } : { context }),
    // Without it the provider takes a renamed context for another cluster and replaces everything.
    clusterIdentifier: name,
    kubeClientSettings: { qps, burst },
    // A rotated credential updates the Secret in place. A replacement would leave Kargo without credential for a
    // moment, and protected resources cannot be replaced.
    enableSecretMutable: true,
    enableConfigMapMutable: true,
    ...(kubeconfig !== undefined && { kubeconfig }),
  };
  // The SDK would turn KUBECONFIG into an input: a local path in the state, and a list of files as one path. The
  // plugin itself reads the variable correctly.
  return withoutVariable("KUBECONFIG", () => new Kubernetes("kubernetes", args));
}

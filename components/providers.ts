import github from "@pulumi/github";
import kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterPlan, Plan } from "../model/plan.ts";
import { podKubeconfig } from "./pod-credentials.ts";

/** GitHub's own API needs no address; GitHub Enterprise's is its web address. */
const GITHUB_URL = "https://github.com";

/** The two explicit providers of a stack: neither ever falls back on what the machine happens to point at. */
export interface Providers {
  readonly kubernetes: kubernetes.Provider;
  readonly github: github.Provider;
}

/** @param token of GitHub; without one the provider takes GITHUB_TOKEN */
export function providers(plan: Plan, token: pulumi.Output<string> | undefined): Providers {
  return { kubernetes: kubernetesProvider(plan.cluster), github: githubProvider(plan, token) };
}

function kubernetesProvider({ name, context, kubeconfig, qps, burst }: ClusterPlan): kubernetes.Provider {
  const args = {
    ...(context === undefined ? { context: "pod", kubeconfig: podKubeconfig() } : { context }),
    // Without it a renamed context means another cluster, and the engine replaces everything.
    clusterIdentifier: name,
    kubeClientSettings: { qps, burst },
    // A rotated credential is an update in place: replacing the Secret would leave Kargo without one for a moment, and
    // what is protected cannot be replaced.
    enableSecretMutable: true,
    enableConfigMapMutable: true,
    ...(kubeconfig !== undefined && { kubeconfig }),
  };
  // The SDK would make an input of KUBECONFIG: a path of this machine in the state, and a list of files for one path. The
  // plugin reads the variable itself, as kubectl does.
  const { KUBECONFIG: ambient } = process.env;
  delete process.env.KUBECONFIG;
  try {
    return new kubernetes.Provider("kubernetes", args);
  } finally {
    if (ambient !== undefined) process.env.KUBECONFIG = ambient;
  }
}

function githubProvider(
  { github: { owner, url } }: Plan,
  token: pulumi.Output<string> | undefined,
): github.Provider {
  return new github.Provider("github", {
    owner,
    ...(url !== GITHUB_URL && { baseUrl: `${url}/` }),
    ...(token && { token }),
  });
}

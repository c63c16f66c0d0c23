// The packages as a whole load hundreds of files more.
import { Provider as GitHub } from "@pulumi/github/provider.js";
import { Provider as Kubernetes } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterPlan, Plan } from "../model/plan.ts";
import { GITHUB_URL } from "../model/web-address.ts";
import { podKubeconfig } from "./pod-credentials.ts";

/** The two explicit providers of a stack: neither ever falls back on what the machine happens to point at. */
interface Providers {
  readonly kubernetes: Kubernetes;
  readonly github: GitHub;
}

/** @param secret the key of the plan's GitHub App, else a token; without it the provider takes GITHUB_TOKEN */
export function providers(plan: Plan, secret: pulumi.Output<string> | undefined): Providers {
  return { kubernetes: kubernetesProvider(plan.cluster), github: githubProvider(plan, secret) };
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
  return without("KUBECONFIG", () => new Kubernetes("kubernetes", args));
}

function githubProvider(
  { github: { owner, url, app } }: Plan,
  secret: pulumi.Output<string> | undefined,
): GitHub {
  const args = {
    owner,
    // GitHub's own API needs no address; GitHub Enterprise's is its web address.
    ...(url !== GITHUB_URL && { baseUrl: `${url}/` }),
    ...(secret && (app ? { appAuth: appAuth(app, secret) } : { token: secret })),
  };
  // The SDK would make an input of GITHUB_TOKEN beside the App: somebody's token in the state.
  return without(app ? "GITHUB_TOKEN" : undefined, () => new GitHub("github", args));
}

/** Calls a function without a variable of the environment. */
function without<Made>(variable: string | undefined, make: () => Made): Made {
  const value = variable && process.env[variable];
  if (variable === undefined || value === undefined) return make();
  delete process.env[variable];
  try {
    return make();
  } finally {
    process.env[variable] = value;
  }
}

/** A GitHub App as the provider takes it. */
export function appAuth(
  { clientId, installationId }: NonNullable<Plan["github"]["app"]>,
  pemFile: pulumi.Output<string>,
) {
  return { id: clientId, installationId, pemFile };
}

import { homedir } from "node:os";
import type { KubeConfig } from "@kubernetes/client-node";
import type { ClusterPlan } from "../model/plan.ts";

/**
 * The kubeconfig of a stack's cluster with its context, as the provider reads it. Without a context it is that of
 * the program's own pod.
 * @throws Error if it cannot be read
 */
export async function kubeConfig({
  kubeconfig,
  context,
}: Pick<ClusterPlan, "kubeconfig" | "context">): Promise<KubeConfig> {
  // Loaded on demand, because it takes as long as the rest of the program.
  const client = await import("@kubernetes/client-node");
  const config = new client.KubeConfig();
  if (context === undefined) {
    config.loadFromCluster();
    return config;
  }
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig.replace(/^~(?=$|\/)/, homedir()));
  config.setCurrentContext(context);
  return config;
}

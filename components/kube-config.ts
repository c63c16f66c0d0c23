import { registerHooks } from "node:module";
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
  const { KubeConfig } = await loaded();
  const config = new KubeConfig();
  if (context === undefined) {
    config.loadFromCluster();
    return config;
  }
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig.replace(/^~(?=$|\/)/, homedir()));
  config.setCurrentContext(context);
  return config;
}

/** In place of the generated client, which has a file for each type of Kubernetes; api-server.ts does without. */
const NO_CLIENT =
  "data:text/javascript,export const createConfiguration = undefined, ServerConfiguration = undefined";

/** Loads it on demand. */
async function loaded(): Promise<Pick<typeof import("@kubernetes/client-node"), "KubeConfig">> {
  const hooks = registerHooks({
    resolve(name, context, next) {
      const isClient =
        name === "./gen/index.js" && context.parentURL?.endsWith("/client-node/dist/config.js") === true;
      return isClient ? { url: NO_CLIENT, shortCircuit: true } : next(name, context);
    },
  });
  try {
    return await import("@kubernetes/client-node/dist/config.js");
  } finally {
    hooks.deregister();
  }
}

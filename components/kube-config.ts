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

/** Loads it on demand, and without the generated client: that has a file for each type of Kubernetes. */
async function loaded(): Promise<Pick<typeof import("@kubernetes/client-node"), "KubeConfig">> {
  const hooks = registerHooks({
    resolve(name, context, next) {
      const { parentURL = "" } = context;
      return name === "./gen/index.js" && parentURL.endsWith("/client-node/dist/config.js")
        ? { url: `data:text/javascript,${encodeURIComponent(later(parentURL))}`, shortCircuit: true }
        : next(name, context);
    },
  });
  try {
    return await import("@kubernetes/client-node/dist/config.js");
  } finally {
    hooks.deregister();
  }
}

/** A module in place of the generated client, which loads it at its first use. @param config the module that uses it */
function later(config: string): string {
  return `import { createRequire } from "node:module";
    const client = () => createRequire(${JSON.stringify(config)})("./gen/index.js");
    export const createConfiguration = (options) => client().createConfiguration(options);
    export function ServerConfiguration(...options) { return new (client().ServerConfiguration)(...options); }`;
}

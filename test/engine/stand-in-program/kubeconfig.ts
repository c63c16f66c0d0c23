import { readFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { sharedControlPlane } from "../control-plane.ts";

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  "current-context": string;
}

/** How a kubeconfig is to differ from the administrator's. */
export interface Difference {
  /** The name of its one context. */
  readonly context?: string;
  /** The address of the API server, in place of cluster and credentials. */
  readonly server?: string;
  /** Whom the administrator acts as. */
  readonly as?: string;
}

/** The text of a kubeconfig like the administrator's, with one cluster, user and context. */
export async function kubeconfig(difference: Difference): Promise<string> {
  const { admin } = await sharedControlPlane();
  const config = parse(await readFile(admin, "utf8")) as Kubeconfig;
  const current = config.contexts.find(({ name }) => name === config["current-context"]);
  const cluster = config.clusters.find(({ name }) => name === current?.context.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === current?.context.user)?.user;
  const name = difference.context ?? "test";
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: difference.server ? { server: difference.server } : cluster }],
    users: [{ name: "test", user: { ...user, ...(difference.as ? { as: difference.as } : {}) } }],
    contexts: [{ name, context: { cluster: "test", user: "test" } }],
    "current-context": name,
  });
}

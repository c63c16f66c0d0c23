import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/**
 * The folder with the credentials of a pod's ServiceAccount.
 * @see https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api
 */
const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * A kubeconfig for the program's own pod, with the context `pod`. It refers to the files of the ServiceAccount's
 * token and the cluster's certificate, so that no credential enters the state.
 * @param environment of the program
 * @param root of these files; empty in a pod
 * @throws pulumi.RunError outside a pod
 */
export function podKubeconfig(environment: NodeJS.ProcessEnv = process.env, root = ""): string {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port)
    throw new pulumi.RunError(
      "kargo-fleet:cluster  names no context, and this is no pod. Add the kubeconfig's context, or run the program in a pod of the cluster, such as one of Pulumi's operator.",
    );
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const folder = join(root, FOLDER);
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "pod", cluster: { server, "certificate-authority": join(folder, "ca.crt") } }],
    users: [{ name: "pod", user: { tokenFile: join(folder, "token") } }],
    contexts: [{ name: "pod", context: { cluster: "pod", user: "pod" } }],
    "current-context": "pod",
  });
}

import type { KubernetesApi } from "../kubernetes-api.ts";
import type { ClusterObjects } from "./evaluate.ts";
import type { Secret } from "./secrets.ts";

interface List<Item> {
  readonly items: readonly Item[];
}

/**
 * Reads what decides about deliveries from an API server: all EventSources, Sensors and Secrets of one namespace. Argo
 * Events' pods read a secret when they start; here a change counts from the next delivery on.
 *
 * @throws SandboxError with the server's own message where it refuses
 */
export async function readClusterObjects(api: KubernetesApi, namespace: string): Promise<ClusterObjects> {
  const custom = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}`;
  const [eventSources, sensors, secrets] = (await Promise.all([
    api.get(`${custom}/eventsources`),
    api.get(`${custom}/sensors`),
    api.get(`/api/v1/namespaces/${namespace}/secrets`),
  ])) as [List<unknown>, List<unknown>, List<Secret>];
  return { eventSources: eventSources.items, sensors: sensors.items, secrets: secrets.items };
}

import { credentialSecret } from "../manifests/credentials.ts";
import { platformObjects, serviceObjects } from "../manifests/inventory/objects.ts";
import type { KubernetesObject } from "../manifests/objects.ts";
import type { Plan, PlatformPlan, ServicePlan } from "../model/plan.ts";

/** Every Kubernetes object that a plan becomes, Secrets with planted content, in an order in which they can be made. */
export function everyObject({ platform, services }: Plan): readonly KubernetesObject[] {
  return [...(platform ? objectsOfPlatform(platform) : []), ...services.flatMap(objectsOfService)];
}

/** What all services share. */
export function objectsOfPlatform(platform: PlatformPlan): readonly KubernetesObject[] {
  const secrets = platform.credentials.map((plan) => {
    const secret = credentialSecret(plan);
    return { ...secret, stringData: { ...secret.stringData, [plan.secret.key]: "planted" } };
  });
  return [...platformObjects(platform), ...secrets];
}

/** The objects of one service; its namespace first. */
export function objectsOfService(service: ServicePlan): readonly KubernetesObject[] {
  return serviceObjects(service);
}

/** `Stage kargo-nginx/dev`, as messages name an object. */
export function nameOf({ kind, metadata: { name, namespace } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

import { credentialSecret } from "../manifests/credentials.ts";
import { platformObjects, serviceObjects } from "../manifests/inventory/objects.ts";
import type { KubernetesObject } from "../manifests/objects.ts";
import type { Plan, PlatformPlan } from "../model/plan.ts";

/** Every Kubernetes object of a plan, with planted values in Secrets, in a valid order of creation. */
export function everyObject({ platform, services }: Plan): readonly KubernetesObject[] {
  return [...(platform ? objectsOfPlatform(platform) : []), ...services.flatMap(serviceObjects)];
}

/** The shared objects. */
function objectsOfPlatform(platform: PlatformPlan): readonly KubernetesObject[] {
  const secrets = platform.credentials.map((plan) => {
    const secret = credentialSecret(plan);
    return { ...secret, stringData: { ...secret.stringData, [plan.secret.key]: "planted" } };
  });
  return [...platformObjects(platform), ...secrets];
}

/** `Stage kargo-nginx/dev`, for messages. */
export function nameOf({ kind, metadata: { name, namespace } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

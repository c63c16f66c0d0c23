import type { V1Ingress } from "@kubernetes/client-node";
import type { BuildTriggersPlan } from "../model/build-plan.ts";
import { ORGANIZATION_SOURCE } from "../model/build-plan.ts";
import { EVENTS_NAMESPACE } from "../model/names.ts";
import { WEBHOOK_PORT } from "./argo-events.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

type IngressConfig = Extract<BuildTriggersPlan["expose"], { readonly ingress: unknown }>["ingress"];

/** The EventSources that GitHub calls: the organization's, or one per group. */
export function webhookSources({ organizationHook, groups }: BuildTriggersPlan): readonly string[] {
  return organizationHook ? [ORGANIZATION_SOURCE] : groups.map(({ name }) => name);
}

/** One Ingress for all EventSources. */
export function webhookIngress(
  triggers: BuildTriggersPlan,
  { className, tlsSecret, annotations }: IngressConfig,
) {
  const host = hostOf(triggers);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: "kargo-fleet-webhooks",
      namespace: EVENTS_NAMESPACE,
      labels: { ...MANAGED_BY },
      // Argo Events creates the Services later, and nobody waits for the Ingress's address.
      annotations: { ...annotations, "pulumi.com/skipAwait": "true" },
    },
    spec: {
      ...(className !== undefined && { ingressClassName: className }),
      ...(tlsSecret !== undefined && { tls: [{ hosts: [host], secretName: tlsSecret }] }),
      rules: [
        {
          host,
          http: {
            paths: webhookSources(triggers).map((name) => ({
              path: `${triggers.path}/${name}`,
              pathType: "Prefix",
              backend: { service: { name: serviceOf(name), port: { number: WEBHOOK_PORT } } },
            })),
          },
        },
      ],
    },
  } satisfies KubernetesObject & V1Ingress;
}

/** The HTTPRoute of one EventSource. Each has its own, because one HTTPRoute has at most 16 rules. */
export function webhookRoute(
  triggers: BuildTriggersPlan,
  source: string,
  gateway: { readonly name: string; readonly namespace: string },
) {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: source, namespace: EVENTS_NAMESPACE, labels: { ...MANAGED_BY } },
    spec: {
      parentRefs: [{ ...gateway }],
      hostnames: [hostOf(triggers)],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: `${triggers.path}/${source}` } }],
          backendRefs: [{ name: serviceOf(source), port: WEBHOOK_PORT }],
        },
      ],
    },
  } satisfies KubernetesObject & { spec: object };
}

/** Ingress and HTTPRoute hosts have no port. */
function hostOf({ host }: BuildTriggersPlan): string {
  return host.replace(/:[0-9]+$/, "");
}

/** The Service that Argo Events creates for an EventSource. */
function serviceOf(eventSource: string): string {
  return `${eventSource}-eventsource-svc`;
}

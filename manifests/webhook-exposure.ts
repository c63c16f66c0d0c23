import type { BuildTriggersPlan } from "../model/build-plan.ts";
import { ORGANIZATION } from "../model/build-plan.ts";
import { EVENTS_NAMESPACE } from "../model/names.ts";
import { WEBHOOK_PORT } from "./argo-events.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

type IngressConfig = Extract<BuildTriggersPlan["expose"], { readonly ingress: unknown }>["ingress"];

export interface Ingress extends KubernetesObject {
  readonly apiVersion: "networking.k8s.io/v1";
  readonly kind: "Ingress";
  readonly spec: {
    readonly ingressClassName?: string;
    readonly tls?: readonly { readonly hosts: readonly string[]; readonly secretName: string }[];
    readonly rules: readonly {
      readonly host: string;
      readonly http: {
        readonly paths: readonly {
          readonly path: string;
          readonly pathType: "Prefix";
          readonly backend: {
            readonly service: { readonly name: string; readonly port: { readonly number: number } };
          };
        }[];
      };
    }[];
  };
}

export interface HTTPRoute extends KubernetesObject {
  readonly apiVersion: "gateway.networking.k8s.io/v1";
  readonly kind: "HTTPRoute";
  readonly spec: {
    readonly parentRefs: readonly { readonly name: string; readonly namespace: string }[];
    readonly hostnames: readonly string[];
    readonly rules: readonly {
      readonly matches: readonly { readonly path: { readonly type: "PathPrefix"; readonly value: string } }[];
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  };
}

/** The EventSources that GitHub calls: the organization's, or one per group. */
export function webhookSources({ organizationHook, groups }: BuildTriggersPlan): readonly string[] {
  return organizationHook ? [ORGANIZATION] : groups.map(({ name }) => name);
}

/** One Ingress for all EventSources. */
export function webhookIngress(
  triggers: BuildTriggersPlan,
  { className, tlsSecret, annotations }: IngressConfig,
): Ingress {
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
  };
}

/** The HTTPRoute of one EventSource. Each has its own, because one HTTPRoute has at most 16 rules. */
export function webhookRoute(
  triggers: BuildTriggersPlan,
  source: string,
  gateway: { readonly name: string; readonly namespace: string },
): HTTPRoute {
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
  };
}

/** Ingress and HTTPRoute hosts have no port. */
function hostOf({ host }: BuildTriggersPlan): string {
  return host.replace(/:[0-9]+$/, "");
}

/** The Service that Argo Events creates for an EventSource. */
function serviceOf(eventSource: string): string {
  return `${eventSource}-eventsource-svc`;
}

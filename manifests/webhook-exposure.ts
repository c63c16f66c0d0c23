import type { BuildTriggersPlan } from "../model/build-plan.ts";
import { ORGANIZATION } from "../model/build-plan.ts";
import { EVENTS_NAMESPACE } from "../model/names.ts";
import { WEBHOOK_PORT } from "./argo-events.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

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

/** How GitHub's posts reach the EventSources: one route a group, whatever the number of services. */
export function webhookExposure(triggers: BuildTriggersPlan): readonly (Ingress | HTTPRoute)[] {
  const { expose, path } = triggers;
  if (expose === undefined) return [];
  // Neither an Ingress nor an HTTPRoute knows ports in a host.
  const host = triggers.host.replace(/:[0-9]+$/, "");
  const sources = triggers.organizationHook ? [ORGANIZATION] : triggers.groups.map(({ name }) => name);
  if ("httpRoute" in expose) {
    // One each: a single HTTPRoute holds at most 16 rules.
    return sources.map((name) => route(name, host, `${path}/${name}`, expose.httpRoute.gateway));
  }
  const { className, tlsSecret, annotations } = expose.ingress;
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: {
        name: "kargo-fleet-webhooks",
        namespace: EVENTS_NAMESPACE,
        labels: { ...MANAGED_BY },
        // Its Services are made by Argo Events, later; nobody here waits for its address.
        annotations: { ...annotations, "pulumi.com/skipAwait": "true" },
      },
      spec: {
        ...(className !== undefined && { ingressClassName: className }),
        ...(tlsSecret !== undefined && { tls: [{ hosts: [host], secretName: tlsSecret }] }),
        rules: [
          {
            host,
            http: {
              paths: sources.map((name) => ({
                path: `${path}/${name}`,
                pathType: "Prefix",
                backend: { service: { name: serviceOf(name), port: { number: WEBHOOK_PORT } } },
              })),
            },
          },
        ],
      },
    },
  ];
}

function route(
  name: string,
  host: string,
  path: string,
  gateway: { readonly name: string; readonly namespace: string },
): HTTPRoute {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name, namespace: EVENTS_NAMESPACE, labels: { ...MANAGED_BY } },
    spec: {
      parentRefs: [{ ...gateway }],
      hostnames: [host],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: path } }],
          backendRefs: [{ name: serviceOf(name), port: WEBHOOK_PORT }],
        },
      ],
    },
  };
}

/** The Service that Argo Events makes for an EventSource. */
function serviceOf(eventSource: string): string {
  return `${eventSource}-eventsource-svc`;
}

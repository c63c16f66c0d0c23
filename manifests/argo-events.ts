import { pushes, type ReceivedPushes } from "../git-host/pushes.ts";
import { type BuildTriggersPlan, ORGANIZATION_SOURCE, type TriggerGroupPlan } from "../model/build-plan.ts";
import { SECRETS_ANNOTATION } from "../model/labels.ts";
import { EVENTS_NAMESPACE } from "../model/names.ts";
import {
  ARGO_EVENTS_API,
  type EventBus,
  type EventSource,
  type HostEvents,
  type PodTemplate,
} from "./argo-events-types.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

/** The ServiceAccounts of the EventSources, which have no rights, and of the Sensors. */
export const EVENT_SOURCE_ACCOUNT = "kargo-fleet-event-source";
export const SENSOR_ACCOUNT = "kargo-fleet-sensor";

/** The port that every EventSource listens on. */
export const WEBHOOK_PORT = 12000;

export const EVENT_BUS = "default";

/**
 * GitHub's limit of a payload is 25 MB, but a push needs less. The EventBus allows more, because an event wraps the
 * payload.
 */
const MAX_PAYLOAD = { eventSource: 5_000_000, bus: "8MB" };

/** The EventBus that carries pushes from EventSources to Sensors. */
export function eventBus({ eventBus: { version, storage } }: BuildTriggersPlan): EventBus {
  return {
    apiVersion: ARGO_EVENTS_API,
    kind: "EventBus",
    metadata: { name: EVENT_BUS, namespace: EVENTS_NAMESPACE, labels: { ...MANAGED_BY } },
    spec: {
      jetstream: {
        version,
        replicas: 3,
        maxPayload: MAX_PAYLOAD.bus,
        ...(storage && {
          persistence: {
            accessMode: "ReadWriteOnce",
            volumeSize: storage.size,
            ...(storage.class !== undefined && { storageClassName: storage.class }),
          },
        }),
      },
    },
  };
}

/**
 * The EventSource of one group: an endpoint and a secret for each service, so that one team's secret cannot sign
 * for another.
 * @param secretsHash changes with the secrets, because pods read them only once at their start
 */
export function eventSource(group: TriggerGroupPlan, path: string, secretsHash: string): EventSource {
  const events = group.builds.map(({ service, owner, repository }) => {
    const from = { owner, repository, secret: { name: group.name, key: service } };
    return [service, event(`${path}/${group.name}/${service}`, from)] as const;
  });
  return source(group.name, Object.fromEntries(events), secretsHash);
}

/** The EventSource of an organization's hook; the Sensors' filters distinguish its repositories. */
export function organizationEventSource(owner: string, path: string, secretsHash: string): EventSource {
  const from = { owner, secret: { name: ORGANIZATION_SOURCE, key: ORGANIZATION_SOURCE } };
  return source(
    ORGANIZATION_SOURCE,
    { [ORGANIZATION_SOURCE]: event(`${path}/${ORGANIZATION_SOURCE}`, from) },
    secretsHash,
  );
}

function event(endpoint: string, from: Omit<ReceivedPushes, "webhook">) {
  const port = String(WEBHOOK_PORT);
  const webhook = { endpoint, port, method: "POST", maxPayloadSize: MAX_PAYLOAD.eventSource } as const;
  return pushes.event({ ...from, webhook });
}

function source(name: string, events: HostEvents[typeof pushes.section], secretsHash: string): EventSource {
  return {
    apiVersion: ARGO_EVENTS_API,
    kind: "EventSource",
    metadata: { name, namespace: EVENTS_NAMESPACE, labels: { ...MANAGED_BY } },
    spec: {
      eventBusName: EVENT_BUS,
      replicas: 2,
      service: { ports: [{ port: WEBHOOK_PORT, targetPort: WEBHOOK_PORT }] },
      template: {
        metadata: { annotations: { [SECRETS_ANNOTATION]: secretsHash } },
        ...pods(EVENT_SOURCE_ACCOUNT),
      },
      [pushes.section]: events,
    },
  };
}

/** The Secret with which an EventSource checks signatures. Only the engine knows its values. */
export function hookSecret(name: string): KubernetesObject & { readonly type: "Opaque" } {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: EVENTS_NAMESPACE, labels: { ...MANAGED_BY } },
    type: "Opaque",
  };
}

/** The pod settings of EventSources and Sensors. */
export function pods(serviceAccountName: string): PodTemplate {
  return {
    serviceAccountName,
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    container: {
      resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    },
  };
}

import { EVENT_WATCH, EVENTS_NAMESPACE, projectName, WINDOW_CALENDAR } from "../model/names.ts";
import type { WindowPlan } from "../model/notification-plan.ts";
import { EVENT_BUS, EVENT_SOURCE_ACCOUNT, pods } from "./argo-events.ts";
import { ARGO_EVENTS_API } from "./argo-events-types.ts";
import { PASSED, PROMOTION_FAILED, VERIFICATION_FAILED } from "./notification-texts.ts";
import type { EventWatch, WindowCalendar } from "./notification-types.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";
import { clusterGrant, serviceAccount } from "./rbac-rules.ts";
import type { ServiceAccount } from "./rbac-types.ts";

/** The ServiceAccount of the EventSource, which reads Events, and of the Sensors, which has no rights. */
const WATCH_ACCOUNT = "kargo-fleet-event-watch";
export const MESSENGER_ACCOUNT = "kargo-fleet-messenger";

/** The event of the EventSource. */
export const EVENT = "kargo";

/** The informer keeps every Event of the cluster in memory for the hour that Kubernetes keeps Events. */
const WATCH_MEMORY = "1Gi";

const REASONS = [
  ...PROMOTION_FAILED,
  ...VERIFICATION_FAILED,
  ...PASSED,
  "PromotionCreated",
  "PromotionSucceeded",
];

/**
 * The EventSource that watches Kargo's Events in all namespaces. The namespace decides whose Event it is, because
 * Kubernetes lets nobody write an Event of another namespace; annotations are free text.
 */
export function eventWatch(): EventWatch {
  const { container, ...template } = pods(WATCH_ACCOUNT);
  const memory = { requests: { cpu: "10m", memory: "128Mi" }, limits: { memory: WATCH_MEMORY } };
  return {
    apiVersion: ARGO_EVENTS_API,
    kind: "EventSource",
    metadata: { name: EVENT_WATCH, namespace: EVENTS_NAMESPACE, labels: { ...MANAGED_BY } },
    spec: {
      eventBusName: EVENT_BUS,
      replicas: 1,
      template: { ...template, container: { ...container, resources: memory } },
      resource: {
        [EVENT]: {
          namespace: "",
          group: "",
          version: "v1",
          resource: "events",
          eventTypes: ["ADD"],
          filter: {
            afterStart: true,
            fields: [
              { key: "metadata.namespace", operation: "==", value: `^${projectName("")}` },
              { key: "involvedObject.apiVersion", operation: "==", value: "^kargo\\.akuity\\.io/" },
              { key: "reason", operation: "==", value: `^(${REASONS.join("|")})$` },
            ],
          },
        },
      },
    },
  };
}

/** The EventSource that knows when windows open. It needs no right. */
export function windowCalendar(windows: readonly WindowPlan[]): WindowCalendar {
  return {
    apiVersion: ARGO_EVENTS_API,
    kind: "EventSource",
    metadata: { name: WINDOW_CALENDAR, namespace: EVENTS_NAMESPACE, labels: { ...MANAGED_BY } },
    spec: {
      eventBusName: EVENT_BUS,
      replicas: 1,
      template: pods(EVENT_SOURCE_ACCOUNT),
      calendar: Object.fromEntries(
        windows.map(({ name, cron, zone }) => [name, { schedule: cron, timezone: zone }]),
      ),
    },
  };
}

/** The ServiceAccounts. An administrator lets the first read Events; the second may do nothing. */
export function messageAccounts(): readonly [watch: ServiceAccount, messenger: ServiceAccount] {
  return [
    serviceAccount(EVENTS_NAMESPACE, WATCH_ACCOUNT),
    serviceAccount(EVENTS_NAMESPACE, MESSENGER_ACCOUNT),
  ];
}

/**
 * The right of the EventSource that watches Kargo's Events. An administrator grants it, so that the deployer needs no
 * right on ClusterRoles. It is for all namespaces: a watch on each Project's namespace would be a request for each
 * service, and one EventSource could not name them all.
 */
export function watchGrant(): readonly KubernetesObject[] {
  return clusterGrant(
    WATCH_ACCOUNT,
    [{ apiGroups: [""], resources: ["events"], verbs: ["list", "watch"] }],
    [{ kind: "ServiceAccount", name: WATCH_ACCOUNT, namespace: EVENTS_NAMESPACE }],
  );
}

import type { DataFilter } from "../git-host/pushes.ts";
import { EVENT_WATCH, EVENTS_NAMESPACE, WINDOW_CALENDAR } from "../model/names.ts";
import type {
  NotificationGroupPlan,
  NotificationsPlan,
  ReceiverPlan,
  RoutePlan,
} from "../model/notification-plan.ts";
import { EVENT_BUS, pods } from "./argo-events.ts";
import { ARGO_EVENTS_API, type PodTemplate } from "./argo-events-types.ts";
import { payload } from "./notification-payloads.ts";
import { EVENT, MESSENGER_ACCOUNT } from "./notification-sources.ts";
import {
  PROMOTION_FAILED,
  type Texts,
  textsOf,
  VERIFICATION_FAILED,
  windowTexts,
} from "./notification-texts.ts";
import type { HttpRequest, MessageSensor, MessageTrigger } from "./notification-types.ts";
import { MANAGED_BY } from "./objects.ts";

/** The keys of a receiver's Secret. */
const RECEIVER_KEYS = { header: "authorization", address: "url" } as const;

/** Stands for an address that only the Secret has. No host can have this name (RFC 2606). */
const HIDDEN_URL = "https://hidden.invalid";

/** The Sensor of a group of teams. Its one replica loses nothing: the EventBus keeps what it has not read. */
export function messageSensor(group: NotificationGroupPlan, links: NotificationsPlan): MessageSensor {
  const told = group.routes.flatMap((route) => toldTo(route, links));
  return {
    apiVersion: ARGO_EVENTS_API,
    kind: "Sensor",
    metadata: { name: group.name, namespace: EVENTS_NAMESPACE, labels: { ...MANAGED_BY } },
    spec: {
      eventBusName: EVENT_BUS,
      replicas: 1,
      template: messengerPods(group.routes.flatMap(({ receivers }) => receivers)),
      dependencies: told.map(({ name, from, data }) => ({
        name,
        ...from,
        ...(data && { filters: { data } }),
      })),
      triggers: told.flatMap((one) => one.route.receivers.map((receiver) => trigger(one, receiver))),
    },
  };
}

/** What a route is told about: a dependency of its Sensor, and the texts of the messages. */
interface Told {
  readonly route: RoutePlan;
  /** The dependency's name. */
  readonly name: string;
  readonly from: { readonly eventSourceName: string; readonly eventName: string };
  readonly data?: readonly DataFilter[];
  /** The middle of the triggers' names. */
  readonly about: string;
  readonly texts: (receiver: ReceiverPlan) => Texts;
}

function toldTo(route: RoutePlan, links: NotificationsPlan): Told[] {
  const { team, index } = route;
  const opening = links.windows.filter(({ stages }) => stages.some((stage) => route.stages.includes(stage)));
  return [
    {
      route,
      name: dependencyName(route),
      from: { eventSourceName: EVENT_WATCH, eventName: EVENT },
      data: filters(route),
      about: "",
      texts: (receiver) => textsOf(route, links, receiver),
    },
    ...opening.map((window, at) => ({
      route,
      name: `window_${at}_of_${team}_${index}`,
      from: { eventSourceName: WINDOW_CALENDAR, eventName: window.name },
      about: `window-${window.name}_`,
      texts: () => windowTexts(window, route, links),
    })),
  ];
}

/** No service or team name has an underscore, so no two routes share a name. */
function dependencyName({ team, index }: RoutePlan): string {
  return `route_${team}_${index}`;
}

/** Argo Events matches anywhere in a value, so everything is anchored. Our names need no escape (RFC 1123). */
function filters({ projects, waits }: RoutePlan): DataFilter[] {
  const happening = (reasons: readonly string[], stages: string) =>
    `^\\["(${reasons.join("|")})","(${stages})"\\]$`;
  const passed = Object.keys(waits.promotion).filter((stage) => stage !== "");
  const value = [
    happening([...PROMOTION_FAILED, ...VERIFICATION_FAILED], "[a-z0-9-]+"),
    ...(passed.length > 0 ? [happening(["FreightVerificationSucceeded"], passed.join("|"))] : []),
    ...("" in waits.promotion ? [happening(["FreightCreated"], "")] : []),
    ...(waits.merge.length > 0 ? [happening(["PromotionCreated"], waits.merge.join("|"))] : []),
    ...(waits.sync.length > 0 ? [happening(["PromotionSucceeded"], waits.sync.join("|"))] : []),
  ];
  return [
    { path: "body.metadata.namespace", type: "string", value: [`^(${projects.join("|")})$`] },
    { path: HAPPENING, type: "string", value },
  ];
}

/** An Event's reason and Stage, as one JSON array. */
const HAPPENING = "[body.reason,body.metadata.annotations.event\\.kargo\\.akuity\\.io/stage-name]";

function trigger({ route, name, about, texts }: Told, receiver: ReceiverPlan): MessageTrigger {
  const { team, index } = route;
  return {
    template: {
      name: `${team}_${index}_${about}${receiver.name}`,
      conditions: name,
      http: {
        ...request(receiver),
        ...(receiver.url === undefined && { parameters: [address(name, receiver)] }),
        payload: payload(name, team, texts(receiver), receiver),
      },
    },
    policy: { status: { allow: [200, 201, 202, 204] } },
    retryStrategy: { steps: 5, duration: "2s", factor: 2, jitter: 0.1 },
    atLeastOnce: true,
    rateLimit: { unit: "Minute", requestsPerUnit: 60 },
  };
}

/** A request without its message. The guard holds the deployer to these. */
export function request({ url, secret }: ReceiverPlan): Omit<HttpRequest, "payload" | "parameters"> {
  return {
    url: url ?? HIDDEN_URL,
    method: "POST",
    timeout: 10,
    headers: { "Content-Type": "application/json; charset=utf-8" },
    ...(url !== undefined &&
      secret !== undefined && {
        secureHeaders: [
          {
            name: "Authorization",
            valueFrom: { secretKeyRef: { name: secret, key: RECEIVER_KEYS.header } },
          },
        ],
      }),
  };
}

function address(dependencyName: string, receiver: ReceiverPlan) {
  return { src: { dependencyName, dataTemplate: addressTemplate(receiver) }, dest: "url" };
}

/** Argo Events has no reference for an address, but its templates can read the pod's environment. */
export function addressTemplate(receiver: ReceiverPlan): string {
  return `{{ env "${variable(receiver)}" }}`;
}

function variable({ name }: ReceiverPlan): string {
  return `URL_${name.replaceAll("-", "_").toUpperCase()}`;
}

/**
 * The pods of a Sensor with these receivers. Argo Events logs the address of each request, and at this level only if
 * the request fails.
 */
export function messengerPods(receivers: readonly ReceiverPlan[]): PodTemplate {
  const { container, ...template } = pods(MESSENGER_ACCOUNT);
  const hidden = receivers.filter(({ url }) => url === undefined);
  const env = [...new Map(hidden.map((receiver) => [variable(receiver), receiver]))].map(
    ([name, { secret = "" }]) => ({
      name,
      valueFrom: { secretKeyRef: { name: secret, key: RECEIVER_KEYS.address } },
    }),
  );
  const level = { name: "LOG_LEVEL", value: "error" };
  return { ...template, container: { ...container, ...(env.length > 0 && { env: [level, ...env] }) } };
}

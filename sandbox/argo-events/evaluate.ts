import { applyFilters } from "./data-filters.ts";
import { type Endpoint, readEndpoints } from "./event-sources.ts";
import { type Delivery, receive } from "./github-request.ts";
import { isObject, type JsonObject } from "./go-json.ts";
import { applyParameters, ParameterFailure, type PassedEvent } from "./parameters.ts";
import { refuse } from "./refusal.ts";
import { retryProblem } from "./retries.ts";
import type { Secret } from "./secrets.ts";
import { readSensor, type Sensor, type Trigger } from "./sensors.ts";
import { subscriptionsOf } from "./subscriptions.ts";

/** The objects of one cluster that decide about a delivery, as the API server returns them. */
export interface ClusterObjects {
  readonly eventSources: readonly unknown[];
  readonly sensors: readonly unknown[];
  readonly secrets: readonly Secret[];
}

/** What became of a delivery at one trigger. */
export type Outcome = { readonly sensor: string; readonly trigger: string } & (
  | {
      /** The object is what the trigger sends to the API server. */
      readonly result: "created";
      readonly object: JsonObject;
    }
  | {
      /** `filtered`: not for it. `failed`: tried, and given up after its retries. `dead`: it waits for nothing at all. */
      readonly result: "filtered" | "failed" | "dead";
      readonly why: string;
    }
);

/** What Argo Events answers to a delivery, and what its triggers do about it afterwards. */
export interface Evaluation {
  readonly status: number;
  readonly text: string;
  /** The event on the bus, where there is one. */
  readonly event?: { readonly namespace: string; readonly eventSource: string; readonly name: string };
  /** Of the triggers that wait for this event, and of the dead ones. */
  readonly outcomes: readonly Outcome[];
}

/**
 * What Argo Events 1.9.11 does with an HTTP delivery. Its pods answer before any Sensor has seen the event, so a status
 * of 200 says only that the event is on the bus.
 *
 * @param now for the label that triggers put on what they create
 * @throws Refusal where an object keeps Argo Events from running, or is beyond this evaluator: nothing is known then
 */
export function evaluate(objects: ClusterObjects, delivery: Delivery, now = new Date()): Evaluation {
  const endpoints = objects.eventSources.flatMap((object) => readEndpoints(object, objects.secrets));
  const sensors = objects.sensors.map(readSensor);
  const answer = route(endpoints, delivery);
  if (!("endpoint" in answer)) return { ...answer, outcomes: [] };
  const { endpoint } = answer;
  const { status, text, data } = receive(endpoint, delivery);
  if (data === undefined) return { status, text, outcomes: [] };
  const event = { namespace: endpoint.namespace, eventSource: endpoint.eventSource, name: endpoint.event };
  const listening = sensors.filter(
    ({ metadata, spec }) =>
      metadata.namespace === endpoint.namespace && (spec.eventBusName || "default") === endpoint.eventBus,
  );
  const outcomes = listening.flatMap((sensor) => outcomesOf(sensor, endpoint, data, now));
  return { status, text, event, outcomes };
}

/** Which endpoint serves a path: gorilla/mux takes it decoded and clean, and without its query. */
function route(
  endpoints: readonly Endpoint[],
  { path }: Delivery,
): { endpoint: Endpoint } | { status: number; text: string } {
  const [encoded = ""] = path.split("?");
  let asked: string;
  try {
    asked = decodeURIComponent(encoded);
  } catch {
    return { status: 400, text: "400 Bad Request" };
  }
  if (!asked.startsWith("/") || /\/\/|\/\.\.?(\/|$)/.test(asked)) {
    return { status: 301, text: "Moved Permanently" };
  }
  const found = endpoints.filter((endpoint) => endpoint.path === asked);
  if (found.length > 1) {
    refuse(`The endpoint ${asked} is in several EventSources; the Ingress decides between them.`);
  }
  const [endpoint] = found;
  if (endpoint !== undefined) return { endpoint };
  return asked === "/health" ? { status: 200, text: "OK" } : { status: 404, text: "404 page not found\n" };
}

function outcomesOf(sensor: Sensor, endpoint: Endpoint, data: JsonObject, now: Date): Outcome[] {
  return subscriptionsOf(sensor).flatMap((subscription): Outcome[] => {
    const { trigger } = subscription;
    const place = { sensor: sensor.metadata.name, trigger: trigger.template?.name ?? "" };
    if ("dead" in subscription) return [{ ...place, result: "dead", why: subscription.dead }];
    const { dependency } = subscription;
    if (dependency.eventSourceName !== endpoint.eventSource || dependency.eventName !== endpoint.event)
      return [];
    const verdict = applyFilters(dependency, data);
    if (!verdict.passes) return [{ ...place, result: "filtered", why: verdict.why }];
    return [{ ...place, ...act(sensor, trigger, { dependency: dependency.name, data }, now) }];
  });
}

type Action =
  | { readonly result: "created"; readonly object: JsonObject }
  | { readonly result: "failed"; readonly why: string };

/** Carries out a trigger up to the call of the API server (pkg/sensors/triggers/standard-k8s). */
function act(sensor: Sensor, trigger: Trigger, event: PassedEvent, now: Date): Action {
  const wrong = retryProblem(trigger);
  if (wrong !== undefined) return { result: "failed", why: wrong };
  const k8s = trigger.template?.k8s;
  const source = k8s?.source?.resource as JsonObject | undefined;
  if (k8s === undefined || source === undefined) {
    return { result: "failed", why: "there is no implementation for it: it names nothing that it could do" };
  }
  try {
    const object = applyParameters(source, k8s.parameters ?? [], event);
    return { result: "created", object: labelled(object, sensor, trigger, now) };
  } catch (error) {
    if (error instanceof ParameterFailure) return { result: "failed", why: error.message };
    throw error;
  }
}

/** Argo Events puts its labels on what it creates, and its own namespace where the object has none. */
function labelled(object: JsonObject, sensor: Sensor, trigger: Trigger, now: Date): JsonObject {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const labels = isObject(metadata.labels) ? metadata.labels : {};
  return {
    ...object,
    metadata: {
      ...metadata,
      namespace: metadata.namespace || sensor.metadata.namespace,
      labels: {
        ...labels,
        "events.argoproj.io/sensor": sensor.metadata.name,
        "events.argoproj.io/trigger": trigger.template?.name ?? "",
        "events.argoproj.io/action-timestamp": `${now.getTime()}`,
      },
    },
  };
}

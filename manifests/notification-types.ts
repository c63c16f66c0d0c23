import type { ARGO_EVENTS_API, Dependency, PodTemplate, RetryStrategy } from "./argo-events-types.ts";
import type { KubernetesObject } from "./objects.ts";

/*
 * The part of Argo Events' API that messages need: an EventSource that watches objects, and a trigger that sends a
 * request. The definitions leave every spec open, so these types make mistakes compile errors.
 */

/** An EventSource or a Sensor with one pod. */
interface OnePod<Kind extends string, Spec> extends KubernetesObject {
  readonly apiVersion: typeof ARGO_EVENTS_API;
  readonly kind: Kind;
  readonly spec: {
    readonly eventBusName: string;
    readonly replicas: 1;
    readonly template: PodTemplate;
  } & Spec;
}

/** An EventSource of kind `resource`. */
export type EventWatch = OnePod<
  "EventSource",
  { readonly resource: Readonly<Record<string, WatchedResource>> }
>;

/** Objects that an EventSource watches. The filter is applied in its pod, not by the API server. */
interface WatchedResource {
  /** Empty for all namespaces. */
  readonly namespace: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** With ADD alone, a change of an Event's count gives no message. */
  readonly eventTypes: readonly ["ADD"];
  readonly filter: {
    /** Drops objects that are older than the pod, which a restart would otherwise repeat. */
    readonly afterStart: true;
    /** Values are unanchored regular expressions. */
    readonly fields: readonly { readonly key: string; readonly operation: "=="; readonly value: string }[];
  };
}

/** An EventSource of kind `calendar`. */
export type WindowCalendar = OnePod<
  "EventSource",
  { readonly calendar: Readonly<Record<string, { readonly schedule: string; readonly timezone: string }>> }
>;

/** A Sensor that sends requests. */
export type MessageSensor = OnePod<
  "Sensor",
  {
    readonly dependencies: readonly (Omit<Dependency, "filters"> & Partial<Dependency>)[];
    readonly triggers: readonly MessageTrigger[];
  }
>;

export interface MessageTrigger {
  readonly template: {
    readonly name: string;
    readonly conditions: string;
    readonly http: HttpRequest;
  };
  /** Without it Argo Events takes every answer for a success, even 404. */
  readonly policy: { readonly status: { readonly allow: readonly number[] } };
  readonly retryStrategy: RetryStrategy;
  readonly atLeastOnce: true;
  readonly rateLimit: { readonly unit: "Minute"; readonly requestsPerUnit: number };
}

export interface HttpRequest {
  readonly url: string;
  readonly method: "POST";
  /** In seconds. */
  readonly timeout: number;
  /** Names in their canonical form: Argo Events writes them as they are. */
  readonly headers: Readonly<Record<string, string>>;
  readonly secureHeaders?: readonly {
    readonly name: "Authorization";
    readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
  }[];
  /** Changes of the request itself. */
  readonly parameters?: readonly PayloadField[];
  readonly payload: readonly PayloadField[];
}

export interface PayloadField {
  readonly src: {
    readonly dependencyName: string;
    readonly dataTemplate?: string;
    /** A constant, or the value where the template gives none. */
    readonly value?: string;
  };
  readonly dest: string;
}

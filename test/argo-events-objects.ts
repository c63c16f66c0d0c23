import { everyObject } from "./every-object.ts";
import { catalogueOf, planOf, stackText } from "./sources.ts";

/** The objects of one cluster that decide about a delivery, as the API server returns them. */
export interface ClusterObjects {
  readonly eventSources: readonly unknown[];
  readonly sensors: readonly unknown[];
  readonly secrets: readonly Secret[];
}

/** A Secret; its values are base64. */
export interface Secret {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly data: Readonly<Record<string, string>>;
}

/** The hook secret of one service, or of an organization. */
export const secretOf = (key: string): string => `the-secret-of-${key}`;

/** The generated objects, and the endpoint of each event. */
export interface Generated extends ClusterObjects {
  readonly endpoints: Readonly<Record<string, string>>;
}

/**
 * The EventSources and Sensors that the program generates for a catalogue, with a Secret for each endpoint, as the
 * API server returns them.
 */
export function generated(
  services: Readonly<Record<string, object>>,
  keys: Readonly<Record<string, string>> = {},
): Generated {
  const plan = planOf(catalogueOf(services), stackText(keys));
  // JSON drops undefined fields, as on the way to the API server.
  const objects = JSON.parse(JSON.stringify(everyObject(plan))) as readonly GeneratedObject[];
  const eventSources = objects.filter(({ kind }) => kind === "EventSource");
  const events = eventSources.flatMap(({ spec }) => Object.entries(spec.github ?? {}));
  const references = events.map(([, { webhookSecret }]) => webhookSecret);
  const namespace = eventSources[0]?.metadata.namespace ?? "";
  const secrets = [...Map.groupBy(references, ({ name }) => name)].map(
    ([name, own]): Secret => ({
      metadata: { name, namespace },
      data: Object.fromEntries(own.map(({ key }) => [key, Buffer.from(secretOf(key)).toString("base64")])),
    }),
  );
  return {
    eventSources,
    sensors: objects.filter(({ kind }) => kind === "Sensor"),
    secrets,
    endpoints: Object.fromEntries(events.map(([event, { webhook }]) => [event, webhook.endpoint])),
  };
}

interface GeneratedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly github?: Readonly<Record<string, GeneratedEvent>> };
}

interface GeneratedEvent {
  readonly webhook: { readonly endpoint: string };
  readonly webhookSecret: { readonly name: string; readonly key: string };
}

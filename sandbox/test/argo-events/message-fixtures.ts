import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { everyObject } from "../../../test/every-object.ts";
import { catalogueText, planOf, service, stackText } from "../../../test/sources.ts";
import { argoEventsWatching, type Evaluation, type Outcome, type Seen } from "./ask.ts";

/** A Kubernetes Event, as Kargo writes it. */
export interface KargoEvent {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly reason: string;
  readonly message: string;
}

/** The Events that Kargo 1.11.2, Argo CD and Kubernetes wrote for three services. */
export const RECORDED: readonly KargoEvent[] = readFileSync(
  join(import.meta.dirname, "kargo-events.jsonl"),
  "utf8",
)
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as KargoEvent);

/** A time after the start of the EventSource. */
export const LATER = "2099-01-01T00:00:00Z";
export const AFTER_START = RECORDED.map((event) => later(event));

export const NOTIFICATIONS =
  '{ kargo: "https://kargo.acme.example", argoCd: "https://argocd.acme.example/ui", slack: { existingSecret: slack-app }, webhooks: { pager: { url: "https://pager.acme.example/in", existingSecret: pager }, plain: { url: "https://plain.acme.example" }, edge: { format: teams, existingSecret: edge-teams } } }';
export const TEAMS = {
  edge: {
    group: "AD-Edge",
    approvers: "AD-Edge <Release>",
    notify: { slack: "edge-releases", webhooks: ["edge"] },
  },
  identity: { group: "AD-Identity", notify: { webhooks: ["pager", "plain"] } },
  silent: { group: "AD-Silent" },
};
export const SERVICES = {
  nginx: service("nginx"),
  "api-gw": service("api-gw", { team: "silent" }),
  auth: service("auth", { team: "identity", image: "registry.example/identity/auth" }),
};
export const ADDRESS = "https://teams.acme.example/workflows/1?sig=a+secret";

export function later(event: KargoEvent, more: Partial<KargoEvent> = {}): KargoEvent {
  const { namespace, name, uid, annotations } = { ...event.metadata, ...more.metadata };
  return {
    ...event,
    ...more,
    metadata: { namespace, name, uid, creationTimestamp: LATER, ...(annotations && { annotations }) },
  };
}

function base64(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  );
}

/** The generated objects, with the Secrets that an administrator makes. */
export function objectsFor(
  keys: Readonly<Record<string, string>> = {},
  services: object = SERVICES,
  teams: object = TEAMS,
) {
  const plan = planOf(
    catalogueText(services as Readonly<Record<string, object>>, teams),
    stackText({ notifications: NOTIFICATIONS, ...keys }),
  );
  const all = JSON.parse(JSON.stringify(everyObject(plan))) as readonly {
    kind: string;
    metadata: { name: string; namespace: string };
  }[];
  const of = (kind: string) =>
    all.filter((one) => one.kind === kind && one.metadata.name.startsWith("notify"));
  const secret = (name: string, values: Readonly<Record<string, string>>) => ({
    metadata: { name, namespace: "kargo-fleet-events" },
    data: base64(values),
  });
  return {
    eventSources: of("EventSource"),
    sensors: of("Sensor"),
    secrets: [
      secret("slack-app", { authorization: "Bearer xoxb-secret" }),
      secret("pager", { authorization: "Bearer pager-secret\n" }),
      secret("edge-teams", { url: ADDRESS }),
    ],
  };
}

/** An Event that the EventSource passes on and no Sensor takes. */
export function lastEvent(uid: string): KargoEvent {
  const event = AFTER_START.find(({ reason }) => reason === "FreightCreated");
  assert.ok(event);
  return later(event, { metadata: { ...event.metadata, namespace: "kargo-0-last", name: uid, uid } });
}

/** The requests that the triggers sent. */
export const sentBy = ({ outcomes }: Evaluation) => outcomes.filter(({ result }) => result === "sent");

/** The JSON bodies that a trigger sent. */
export const bodies = (evaluation: Evaluation, trigger: string) =>
  sentBy(evaluation)
    .filter((one) => one.trigger === trigger)
    .map(({ sent }) => JSON.parse(sent?.body ?? "") as Record<string, never>);

/** A recorded Event, with a time after the start of the EventSource. */
export const find = (reason: string, namespace: string, stage: string) => {
  const found = AFTER_START.find(
    (event) =>
      event.reason === reason &&
      event.metadata.namespace === namespace &&
      event.metadata.annotations?.["event.kargo.akuity.io/stage-name"] === stage,
  );
  assert.ok(found, `${reason} ${namespace} ${stage}`);
  return found;
};

/** The trigger and the text that it sent. */
export const words = ({ trigger, sent }: Outcome) =>
  `${trigger} ${(JSON.parse(sent?.body ?? "") as { text: string }).text}`;

type Change = Seen["changes"][number];

/** Starts Argo Events' code for the tests of the surrounding `describe`. `tell` shows Events to the EventSource. */
export function listening() {
  const ask = argoEventsWatching();
  const objects = objectsFor();
  let count = 0;
  const tell = (
    events: readonly KargoEvent[],
    how: Partial<Pick<Seen, "answer" | "before"> & { type: Change["type"]; on: typeof objects }> = {},
  ): Promise<Evaluation> => {
    const { type = "ADDED", answer = 200, before = [], on = objects } = how;
    count += 1;
    const last = lastEvent(`last-${count}`);
    const changes: Change[] = [
      ...events.map((object) => ({ type, object })),
      { type: "ADDED", object: last },
    ];
    return ask(on, { before, changes, last: last.metadata.uid, answer });
  };
  return { ask, objects, tell };
}

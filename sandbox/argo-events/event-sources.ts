import { z } from "zod";
import { refuse } from "./refusal.ts";
import type { Secret } from "./secrets.ts";

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const maybe = <Inner extends z.ZodType>(inner: Inner) =>
  inner.nullish().transform((value) => (value ?? undefined) as z.output<Inner> | undefined);

const selector = z.object({ name: text, key: text });

const entry = z.object({
  webhook: maybe(
    z.object({
      endpoint: text,
      port: text,
      method: text,
      url: text,
      maxPayloadSize: maybe(z.int()),
      authSecret: z.unknown().optional(),
    }),
  ),
  owner: text,
  repository: text,
  repositories: maybe(z.array(z.object({ owner: text, names: maybe(z.array(z.string())) }))),
  organizations: maybe(z.array(z.string())),
  events: maybe(z.array(z.string())),
  webhookSecret: maybe(selector),
  apiToken: maybe(selector),
  githubApp: z.unknown().optional(),
  insecure: maybe(z.boolean()),
  active: maybe(z.boolean()),
  contentType: text,
  githubBaseURL: text,
  githubUploadURL: text,
  deleteHookOnFinish: maybe(z.boolean()),
  metadata: maybe(z.record(z.string(), z.string())),
  filter: z.unknown().optional(),
});

const eventSource = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({
    eventBusName: text,
    replicas: maybe(z.int32()),
    github: maybe(z.record(z.string(), entry)),
  }),
});

/** What in a spec is no source of events. */
const SETTINGS = ["eventBusName", "replicas", "template", "service", "github"];

/** An endpoint that an EventSource's pod serves. */
export interface Endpoint {
  readonly namespace: string;
  readonly eventSource: string;
  readonly eventBus: string;
  /** The entry's key in `spec.github`, which is the event's name. */
  readonly event: string;
  readonly path: string;
  /** In bytes. */
  readonly maxPayloadSize: number;
  /** The hook's secret; undefined where the entry names none. */
  readonly secret: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/** Argo Events' default, in bytes (`DefaultMaxWebhookPayloadSize`). */
const MAX_PAYLOAD_SIZE = 1_048_576;

/**
 * The endpoints of an EventSource, read and checked as Argo Events' controller and pod do. An entry whose secret has no
 * such key is not among them: its endpoint is never served.
 *
 * @throws Refusal where the controller cannot decode or refuses the EventSource, where its pod would never start, and
 *   where it uses what this evaluator does not know
 */
export function readEndpoints(object: unknown, secrets: readonly Secret[]): readonly Endpoint[] {
  const { success, data, error } = eventSource.safeParse(object);
  if (!success) {
    return refuse(
      `${nameOf(object)}: Argo Events cannot decode it, and its controller stops for every EventSource.\n` +
        z.prettifyError(error),
    );
  }
  const { name, namespace } = data.metadata;
  const other = Object.keys(data.spec).filter((key) => !SETTINGS.includes(key));
  if (other.length > 0) refuse(`EventSource ${name}: spec.${other[0]} is beyond this evaluator.`);
  const entries = Object.entries(data.spec.github ?? {});
  for (const [event, settings] of entries) check(`EventSource ${name}: spec.github.${event}`, settings);
  const paths = entries.map(([, { webhook }]) => webhook?.endpoint ?? "");
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) {
    refuse(`EventSource ${name}: the endpoint ${twice} is there twice; which entry serves it is chance.`);
  }
  return entries.flatMap(([event, { webhook, webhookSecret, metadata }]) => {
    const secret = webhookSecret && secretOf(name, namespace, webhookSecret, secrets);
    if (webhookSecret !== undefined && secret === undefined) return [];
    const eventBus = data.spec.eventBusName || "default";
    const path = webhook?.endpoint ?? "";
    const maxPayloadSize = webhook?.maxPayloadSize ?? MAX_PAYLOAD_SIZE;
    return [{ namespace, eventSource: name, eventBus, event, path, maxPayloadSize, secret, metadata }];
  });
}

function nameOf(object: unknown): string {
  const named = z.object({ metadata: z.object({ name: z.string() }) }).safeParse(object);
  return `EventSource ${named.success ? named.data.metadata.name : "without a name"}`;
}

function check(place: string, settings: z.infer<typeof entry>): void {
  const wrong = problemOf(settings);
  if (wrong !== undefined) {
    refuse(`${place}: Argo Events' controller refuses it and deploys nothing of the EventSource: ${wrong}.`);
  }
  const unknown = [settings.githubApp, settings.filter, settings.webhook?.authSecret, settings.apiToken];
  if (unknown.some((value) => value !== undefined && value !== null)) {
    refuse(`${place}: githubApp, apiToken, filter and webhook.authSecret are beyond this evaluator.`);
  }
  if (!/^\/[A-Za-z0-9._~/-]*$/.test(settings.webhook?.endpoint ?? "")) {
    refuse(
      `${place}: the endpoint ${settings.webhook?.endpoint} is a pattern of gorilla/mux, or never asked for.`,
    );
  }
}

/** pkg/eventsources/sources/github/validate.go and pkg/eventsources/common/webhook/validate.go. */
function problemOf(settings: z.infer<typeof entry>): string | undefined {
  const { webhook, contentType, githubBaseURL, githubUploadURL, organizations } = settings;
  const repositories =
    (settings.repositories ?? []).length > 0 || (settings.owner !== "" && settings.repository !== "");
  if (!repositories && (organizations ?? []).length === 0) {
    return "either repositories or organizations is required";
  }
  if (repositories && organizations !== undefined)
    return "only one of repositories and organizations is allowed";
  if (!["", "json", "form"].includes(contentType)) return 'content type must be "json" or "form"';
  if ((githubBaseURL === "") !== (githubUploadURL === ""))
    return "githubBaseURL and githubUploadURL go together";
  if (webhook === undefined) return "it has no webhook";
  if (webhook.endpoint === "") return "endpoint can't be empty";
  if (!/^[+-]?\d+$/.test(webhook.port)) return `port ${JSON.stringify(webhook.port)} is no number`;
  return undefined;
}

/** A secret's value without the newline that editors put behind it; undefined where the Secret has no such key. */
function secretOf(
  eventSource: string,
  namespace: string,
  { name, key }: z.infer<typeof selector>,
  secrets: readonly Secret[],
): string | undefined {
  const secret = secrets.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  if (secret === undefined) {
    return refuse(
      `EventSource ${eventSource}: there is no Secret ${name} in ${namespace}; its pod never starts.`,
    );
  }
  const value = Object.hasOwn(secret.data ?? {}, key) ? secret.data?.[key] : undefined;
  return value === undefined ? undefined : Buffer.from(value, "base64").toString().replace(/\n$/, "");
}

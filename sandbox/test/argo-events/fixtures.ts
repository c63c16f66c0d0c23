import { createHmac } from "node:crypto";
import type { ClusterObjects } from "../../../test/argo-events-objects.ts";
import type { Delivery } from "./ask.ts";

/** The secret of the hook of service `nginx`. */
export const SECRET = "the-secret-of-nginx";
export const OTHER_SECRET = "the-secret-of-auth";
export const COMMIT = "1481a2de7b2a7d02428ad93446ab166be7793fbb";

/** The changes of a test to the objects of {@link cluster}. */
export interface Changes {
  /** Merged into the EventSource's spec. */
  readonly sourceSpec?: object;
  /** Merged into the EventSource's entry `nginx`. */
  readonly entry?: object;
  /** Merged into that entry's webhook. */
  readonly webhook?: object;
  /** Merged into the dependency of `nginx`. */
  readonly dependency?: object;
  /** Replaces the data filters of `nginx`. */
  readonly data?: readonly object[];
  /** Merged into the trigger of `nginx`. */
  readonly trigger?: object;
  /** Merged into that trigger's template. */
  readonly template?: object;
  /** Replaces that trigger's parameters. */
  readonly parameters?: readonly object[];
  /** Merged into the Workflow that the trigger creates. */
  readonly resource?: object;
  /** Merged into the Sensor's spec. */
  readonly sensorSpec?: object;
}

export const FILTERS = [
  { path: "headers.X-Github-Event.0", type: "string", value: ["^push$"] },
  { path: "body.ref", type: "string", value: ["^refs/heads/main$"] },
  { path: "body.repository.full_name", type: "string", value: ["^acme/nginx$"] },
  { path: "body.deleted", type: "bool", value: ["false"] },
  { path: "body.after", type: "string", value: ["^[0-9a-f]{40}$"] },
  { path: "body.repository.pushed_at", type: "number", comparator: ">", value: ["0"] },
] as const;

export const PARAMETERS = [
  {
    src: { dependencyName: "push-nginx", dataKey: "body.after" },
    dest: "spec.arguments.parameters.0.value",
  },
  {
    src: { dependencyName: "push-nginx", dataKey: "body.repository.pushed_at" },
    dest: "spec.arguments.parameters.1.value",
  },
  {
    src: { dependencyName: "push-nginx", dataTemplate: "-{{ .Input.body.after | substr 0 12 }}" },
    dest: "metadata.name",
    operation: "append",
  },
] as const;

/** An EventSource, a Sensor and a Secret for two services, `nginx` and `auth`, as the API server returns them. */
export function cluster(changes: Changes = {}): ClusterObjects {
  const namespace = "kargo-fleet-events";
  const entry = (service: string) => ({
    repositories: [{ owner: "acme", names: [service] }],
    webhook: {
      endpoint: `/0/${service}`,
      port: "12000",
      method: "POST",
      maxPayloadSize: 5_000_000,
      ...(service === "nginx" ? changes.webhook : {}),
    },
    events: ["push"],
    webhookSecret: { name: "github-0", key: service },
    contentType: "json",
    insecure: false,
    active: true,
  });
  const dependency = (service: string) => ({
    name: `push-${service}`,
    eventSourceName: "github-0",
    eventName: service,
    filters: {
      data: FILTERS.map((filter) =>
        filter.path === "body.repository.full_name" ? { ...filter, value: [`^acme/${service}$`] } : filter,
      ),
    },
  });
  const trigger = (service: string) => ({
    template: {
      name: service,
      conditions: `push-${service}`,
      k8s: {
        operation: "create",
        source: {
          resource: {
            apiVersion: "argoproj.io/v1alpha1",
            kind: "Workflow",
            metadata: { name: service, namespace: "builds-edge", labels: { "kargo-fleet/service": service } },
            spec: {
              arguments: {
                parameters: [{ name: "commit" }, { name: "pushed-at" }, { name: "service", value: service }],
              },
              workflowTemplateRef: { name: "build-push-image", clusterScope: true },
            },
            ...(service === "nginx" ? changes.resource : {}),
          },
        },
        parameters: PARAMETERS.map((parameter) => ({
          ...parameter,
          src: { ...parameter.src, dependencyName: `push-${service}` },
        })),
      },
    },
    retryStrategy: { steps: 5, duration: "2s", factor: 2, jitter: 0.1 },
    rateLimit: { unit: "Minute", requestsPerUnit: 30 },
    atLeastOnce: true,
  });
  const nginx = { ...trigger("nginx"), ...changes.trigger };
  const k8s = { ...nginx.template.k8s, ...(changes.parameters && { parameters: changes.parameters }) };
  return {
    eventSources: [
      {
        metadata: { name: "github-0", namespace },
        spec: {
          github: { nginx: { ...entry("nginx"), ...changes.entry }, auth: entry("auth") },
          ...changes.sourceSpec,
        },
      },
    ],
    sensors: [
      {
        metadata: { name: "github-0", namespace },
        spec: {
          dependencies: [
            {
              ...dependency("nginx"),
              ...(changes.data && { filters: { data: changes.data } }),
              ...changes.dependency,
            },
            dependency("auth"),
          ],
          triggers: [
            { ...nginx, template: { ...nginx.template, k8s, ...changes.template } },
            trigger("auth"),
          ],
          ...changes.sensorSpec,
        },
      },
    ],
    secrets: [
      {
        metadata: { name: "github-0", namespace },
        data: {
          nginx: Buffer.from(SECRET).toString("base64"),
          auth: Buffer.from(OTHER_SECRET).toString("base64"),
        },
      },
    ],
  };
}

/** The payload of a push to `acme/nginx`, limited to the fields in use. */
export function push(changes: object = {}): Record<string, unknown> {
  return {
    ref: "refs/heads/main",
    before: "95790bf891e76fee5e1747ab589903a6a1f80f22",
    after: COMMIT,
    created: false,
    deleted: false,
    forced: false,
    base_ref: null,
    repository: { id: 186853002, full_name: "acme/nginx", private: true, pushed_at: 1732540800, size: 1.5 },
    sender: { login: "octocat", id: 21031067 },
    commits: [
      {
        id: COMMIT,
        message: "Fix <it> & more",
        added: ["services/nginx/Dockerfile"],
        modified: ['a"b.txt', "docs/ü.md"],
        removed: [],
      },
      { id: COMMIT, message: "Two", added: [], modified: ["README.md"], removed: ["old/x.txt"] },
    ],
    ...changes,
  };
}

/** The changes of a test to a delivery. */
export interface DeliveryChanges {
  readonly method?: string;
  readonly path?: string;
  readonly secret?: string;
  /** Replaces the headers with these names; `null` removes one. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** A delivery of a payload (or of a literal body), signed with the secret of `nginx`. */
export function delivery(payload: unknown = push(), changes: DeliveryChanges = {}): Delivery {
  const body = Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  const headers: Record<string, string | null> = {
    "Content-Type": "application/json",
    "X-GitHub-Event": "push",
    "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    "X-Hub-Signature-256": signature(body, changes.secret ?? SECRET),
    ...changes.headers,
  };
  return {
    method: changes.method ?? "POST",
    path: changes.path ?? "/0/nginx",
    headers: Object.entries(headers).flatMap(([name, value]) =>
      value === null ? [] : [[name, value] as const],
    ),
    body,
  };
}

/** GitHub's signature over a body. */
export function signature(body: Uint8Array, secret: string, hash = "sha256"): string {
  return `${hash}=${createHmac(hash, secret).update(body).digest("hex")}`;
}

import escapeStringRegexp from "escape-string-regexp";
import {
  type BuildPlan,
  type BuildTriggersPlan,
  ORGANIZATION,
  type TriggerGroupPlan,
} from "../model/build-plan.ts";
import { SECRETS_ANNOTATION } from "../model/labels.ts";
import { EVENTS_NAMESPACE, WORKFLOW_COMMIT_DIGITS } from "../model/names.ts";
import {
  ARGO_EVENTS_API,
  type DataFilter,
  type Dependency,
  type EventBus,
  type EventSource,
  type GithubEvent,
  type PodTemplate,
  type Sensor,
  type Trigger,
} from "./argo-events-types.ts";
import { buildWorkflow, COMMIT_PARAMETER, PUSHED_AT_PARAMETER } from "./argo-workflows.ts";
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
  const events = group.builds.map((build) => {
    const event: GithubEvent = {
      ...hook(`${path}/${group.name}/${build.service}`, group.name, build.service),
      repositories: [{ owner: build.owner, names: [build.repository] }],
    };
    return [build.service, event] as const;
  });
  return source(group.name, Object.fromEntries(events), secretsHash);
}

/** The EventSource of an organization's hook; the Sensors' filters distinguish its repositories. */
export function organizationEventSource(owner: string, path: string, secretsHash: string): EventSource {
  const event: GithubEvent = {
    ...hook(`${path}/${ORGANIZATION}`, ORGANIZATION, ORGANIZATION),
    organizations: [owner],
  };
  return source(ORGANIZATION, { [ORGANIZATION]: event }, secretsHash);
}

function hook(endpoint: string, secret: string, key: string) {
  return {
    webhook: {
      endpoint,
      port: String(WEBHOOK_PORT),
      method: "POST",
      maxPayloadSize: MAX_PAYLOAD.eventSource,
    },
    events: ["push"],
    webhookSecret: { name: secret, key },
    contentType: "json",
    active: true,
    insecure: false,
  } as const;
}

function source(name: string, github: EventSource["spec"]["github"], secretsHash: string): EventSource {
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
      github,
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

/** The Sensor of a group, which starts a service's Workflow for each push that is to be built. */
export function sensor(group: TriggerGroupPlan, organization: boolean): Sensor {
  return {
    apiVersion: ARGO_EVENTS_API,
    kind: "Sensor",
    metadata: {
      name: group.name,
      namespace: EVENTS_NAMESPACE,
      labels: { ...MANAGED_BY },
      // Two replicas need leader election; this annotation selects the method and only works at creation.
      annotations: { "events.argoproj.io/leader-election": "k8s" },
    },
    spec: {
      eventBusName: EVENT_BUS,
      replicas: 2,
      template: pods(SENSOR_ACCOUNT),
      dependencies: group.builds.map((build) =>
        dependency(build, organization ? { source: ORGANIZATION, event: ORGANIZATION } : undefined),
      ),
      triggers: group.builds.map(trigger),
    },
  };
}

/**
 * Argo Events compiles `conditions` as an expression, in which a name such as `3scale` or `in` is not a dependency:
 * the trigger then never fires, while the status says Deployed.
 */
function dependencyName(service: string): string {
  return `push-${service}`;
}

function dependency(build: BuildPlan, from = { source: build.group, event: build.service }): Dependency {
  return {
    name: dependencyName(build.service),
    eventSourceName: from.source,
    eventName: from.event,
    filters: { data: filters(build) },
  };
}

/** Argo Events matches anywhere in a value, so an exact match is escaped and anchored. */
function exactly(text: string): string {
  return `^${escapeStringRegexp(text)}$`;
}

/**
 * The filters for a push that is to be built: this repository, this branch, no deletion. They also check the format
 * of the commit and the time, which pass into a Workflow, because Argo Workflows expands `{{…}}` in parameters.
 */
function filters({ owner, repository, branch, paths }: BuildPlan): DataFilter[] {
  const text = (path: string, value: string): DataFilter => ({ path, type: "string", value: [value] });
  return [
    text("headers.X-Github-Event.0", exactly("push")),
    text("body.repository.full_name", `^(?i)${escapeStringRegexp(`${owner}/${repository}`)}$`),
    text("body.ref", exactly(`refs/heads/${branch}`)),
    { path: "body.deleted", type: "bool", value: ["false"] },
    text("body.after", "^[0-9a-f]{40}$"),
    text("body.repository.pushed_at", "^[0-9]{9,11}$"),
    ...(paths.length === 0
      ? []
      : [{ path: CHANGED_FILES, type: "string", value: [changedBelow(paths), NO_COMMITS] } as const]),
  ];
}

/** All files that the commits of a push added, changed or removed, as one JSON array of arrays of arrays. */
const CHANGED_FILES = "[body.commits.#.added,body.commits.#.modified,body.commits.#.removed]";

/** A branch that moved to an existing commit: the changes are not listed, so it is built. */
const NO_COMMITS = "^\\[\\[\\],\\[\\],\\[\\]\\]$";

/** A file name begins after a bracket or a comma and an unescaped quote, which no file name can contain. */
function changedBelow(paths: readonly string[]): string {
  return `[\\[,]"(${paths.map(escapeStringRegexp).join("|")})[/"]`;
}

function trigger(build: BuildPlan): Trigger {
  const { service } = build;
  const dependency = dependencyName(service);
  const workflow = buildWorkflow(build);
  const position = (name: string) =>
    workflow.spec.arguments.parameters.findIndex((parameter) => parameter.name === name);
  const into = (name: string) => `spec.arguments.parameters.${position(name)}.value`;
  return {
    template: {
      name: service,
      conditions: dependency,
      k8s: {
        operation: "create",
        source: { resource: workflow },
        parameters: [
          { src: { dependencyName: dependency, dataKey: "body.after" }, dest: into(COMMIT_PARAMETER) },
          {
            src: { dependencyName: dependency, dataKey: "body.repository.pushed_at" },
            dest: into(PUSHED_AT_PARAMETER),
          },
          // A repeated commit has the same Workflow name, so it is not built again.
          {
            src: {
              dependencyName: dependency,
              dataTemplate: `{{ substr 0 ${WORKFLOW_COMMIT_DIGITS} .Input.body.after }}`,
            },
            dest: "metadata.name",
            operation: "append",
          },
        ],
      },
    },
    // Longer than a Sensor lives without its lease, and otherwise as short as possible: a repeated commit always
    // fails, and the service's next push waits meanwhile (docs/design.md).
    retryStrategy: { steps: 4, duration: "1s", factor: 2, jitter: 0.1 },
    atLeastOnce: true,
    rateLimit: { unit: "Minute", requestsPerUnit: 30 },
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

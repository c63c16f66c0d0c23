import {
  type BuildNamespacePlan,
  ORGANIZATION_SOURCE,
  type TriggerGroupPlan,
  webhookSecretPurpose,
} from "../../model/build-plan.ts";
import type { BuildTriggersPlan } from "../../model/plan.ts";
import { eventBus, eventSource, hookSecret, organizationEventSource } from "../argo-events.ts";
import type { EventSource } from "../argo-events-types.ts";
import { buildTemplate } from "../argo-workflows.ts";
import { buildGrants, buildLimit } from "../build-namespace.ts";
import { buildNetwork } from "../build-network.ts";
import { sensor } from "../build-sensor.ts";
import { RECEIVER_SECRET } from "../build-steps.ts";
import { eventAccounts, leaderElection } from "../events-namespace.ts";
import {
  addressSecret,
  clusterConfig,
  curlConfig,
  receiverAddress,
  receiverSecret,
} from "../kargo-receiver.ts";
import type { BoundRole } from "../rbac-rules.ts";
import { webhookIngress, webhookRoute, webhookSources } from "../webhook-exposure.ts";
import { customized } from "./customize.ts";
import { PLATFORM } from "./platform.ts";
import { filledSecretRow, hookRow, type Inventory, objectRow, type Row, type SecretValue } from "./row.ts";

export const BUILD_TRIGGERS = "kargo-fleet:index:BuildTriggers";

/** A placeholder for a text that the engine derives from the master secret. */
const UNKNOWN_HASH = "0000000000000000";

/** The purpose from which the secret of Kargo's receiver is derived. */
const RECEIVER_PURPOSE = "kargo-receiver";

/**
 * All objects that turn pushes into images. Each build namespace and each group of webhooks is a separate part,
 * because a service's hook waits for these two.
 */
export function buildTriggersInventory(triggers: BuildTriggersPlan): Inventory {
  const { groups, namespaces, organizationHook } = triggers;
  return customized<string>({
    type: `${PLATFORM}$${BUILD_TRIGGERS}`,
    name: "build-triggers",
    parts: {
      bus: bus(triggers),
      template: [objectRow("workflow-template", buildTemplate(triggers))],
      ...Object.fromEntries(
        namespaces.map((namespace) => [namespace.name, buildNamespace(namespace, triggers)]),
      ),
      ...(organizationHook && { [ORGANIZATION_SOURCE]: organization(triggers, organizationHook) }),
      ...Object.fromEntries(groups.map((group) => [group.name, webhooks(group, triggers)])),
      routes: routes(triggers),
      receiver: receiver(triggers),
    },
  });
}

/** The parts that an EventSource and a Sensor need. */
const READY = [
  "service-account-kargo-fleet-event-source",
  "service-account-kargo-fleet-sensor",
  "role-binding-leader",
  "event-bus",
];

function bus(triggers: BuildTriggersPlan): Row[] {
  const [eventSource, sensor] = eventAccounts();
  const leader = leaderElection();
  return [
    objectRow("service-account-kargo-fleet-event-source", eventSource),
    objectRow("service-account-kargo-fleet-sensor", sensor),
    objectRow("role-leader", leader.role),
    objectRow("role-binding-leader", leader.binding, { after: ["role-leader"] }),
    objectRow("event-bus", eventBus(triggers)),
  ];
}

/** The program's objects in a team's build namespace, which an administrator created. */
function buildNamespace(namespace: BuildNamespacePlan, triggers: BuildTriggersPlan): Row[] {
  const { team, removing } = namespace;
  const [sensor, readers] = buildGrants(namespace);
  const [all, build, launch, transport] = buildNetwork(namespace, triggers);
  const bound = (who: string, { role, binding }: BoundRole) => [
    objectRow(`${team}-role-${who}`, role, { removing }),
    objectRow(`${team}-role-binding-${who}`, binding, { removing, after: [`${team}-role-${who}`] }),
  ];
  return [
    ...bound("kargo-fleet-sensor", sensor),
    ...bound("kargo-fleet-build-readers", readers),
    objectRow(`${team}-network-kargo-fleet-builds`, all, { removing }),
    objectRow(`${team}-network-kargo-fleet-build`, build, { removing }),
    objectRow(`${team}-network-kargo-fleet-launch`, launch, { removing }),
    objectRow(`${team}-network-kargo-fleet-transport`, transport, { removing }),
    objectRow(`${team}-limit`, buildLimit(namespace, triggers), { removing }),
    ...(triggers.receiver ? [receiverAddressRow(namespace, triggers.receiver.url)] : []),
  ];
}

/** The organization's hook and its EventSource. */
function organization(
  { owner, path }: BuildTriggersPlan,
  { url, secretPurpose }: NonNullable<BuildTriggersPlan["organizationHook"]>,
): Row[] {
  const source = (hash: string) => organizationEventSource(owner, path, hash);
  return [
    ...listening(ORGANIZATION_SOURCE, source, { [ORGANIZATION_SOURCE]: { purpose: secretPurpose } }),
    hookRow(
      "webhook",
      { active: true, url, secretPurpose },
      { after: [`event-source-${ORGANIZATION_SOURCE}`] },
    ),
  ];
}

/** The objects that receive the pushes of a group's services. */
function webhooks(group: TriggerGroupPlan, { path, organizationHook }: BuildTriggersPlan): Row[] {
  const { name, builds, removing } = group;
  const secrets = builds.map(({ service }) => [service, { purpose: webhookSecretPurpose(service) }]);
  const source = (hash: string) => eventSource(group, path, hash);
  return [
    objectRow(`sensor-${name}`, sensor(group, organizationHook !== undefined), { removing, after: READY }),
    ...(organizationHook ? [] : listening(name, source, Object.fromEntries(secrets), removing)),
  ];
}

/** An EventSource, after the Secret that it reads at its start. */
function listening(
  name: string,
  source: (hash: string) => EventSource,
  values: Readonly<Record<string, SecretValue>>,
  removing = false,
): Row[] {
  return [
    objectRow(`secret-${name}`, hookSecret(name), { values, removing, after: READY }),
    objectRow(`event-source-${name}`, source(UNKNOWN_HASH), {
      rotating: source,
      removing,
      after: [`secret-${name}`],
    }),
  ];
}

function routes(triggers: BuildTriggersPlan): Row[] {
  const { expose } = triggers;
  if (expose === undefined) return [];
  if ("ingress" in expose)
    return [objectRow("ingress-kargo-fleet-webhooks", webhookIngress(triggers, expose.ingress))];
  return webhookSources(triggers).map((source) =>
    objectRow(`httproute-${source}`, webhookRoute(triggers, source, expose.httpRoute.gateway)),
  );
}

/** Kargo's receiver. The object that makes Kargo read its Secret again comes after the Secret. */
function receiver({ receiver }: BuildTriggersPlan): Row[] {
  if (!receiver) return [];
  return [
    filledSecretRow("receiver-secret", receiverSecret(), { secret: { purpose: RECEIVER_PURPOSE } }),
    objectRow("receiver", clusterConfig(), { rotating: clusterConfig, after: ["receiver-secret"] }),
  ];
}

/** The receiver's address for the builds of a team. */
function receiverAddressRow({ name, team, removing }: BuildNamespacePlan, url: string): Row {
  const address: SecretValue = {
    purpose: RECEIVER_PURPOSE,
    as: (key) => curlConfig(receiverAddress(url, key)),
  };
  return filledSecretRow(
    `${team}-receiver`,
    addressSecret(name),
    { [RECEIVER_SECRET.key]: address },
    { removing },
  );
}

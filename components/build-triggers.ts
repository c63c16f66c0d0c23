import kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { eventBus, eventSource, organizationEventSource, sensor } from "../manifests/argo-events.ts";
import type { EventSource } from "../manifests/argo-events-types.ts";
import { buildTemplate } from "../manifests/argo-workflows.ts";
import { buildGrants, buildLimit } from "../manifests/build-namespace.ts";
import { buildNetwork } from "../manifests/build-network.ts";
import { RECEIVER_SECRET } from "../manifests/build-steps.ts";
import { eventAccounts, leaderElection } from "../manifests/events-namespace.ts";
import {
  clusterConfig,
  curlConfig,
  RECEIVER,
  receiverAddress,
  SYSTEM_NAMESPACE,
} from "../manifests/kargo-receiver.ts";
import { type KubernetesObject, MANAGED_BY } from "../manifests/objects.ts";
import { webhookExposure } from "../manifests/webhook-exposure.ts";
import { type BuildNamespacePlan, ORGANIZATION, webhookSecretPurpose } from "../model/build-plan.ts";
import { EVENTS_NAMESPACE, resourceName } from "../model/names.ts";
import type { BuildTriggersPlan } from "../model/plan.ts";
import { filledSecret } from "./filled-secret.ts";
import { derivedSecret, organizationWebhook } from "./github-webhook.ts";
import { customObject } from "./kubernetes-object.ts";
import { type PartOptions, Parts } from "./parts.ts";
import { childOptions, withoutProtection } from "./protection.ts";

/** What {@link BuildTriggers} needs. */
export interface BuildTriggersArgs {
  /** The platform's piece of the plan. */
  readonly triggers: BuildTriggersPlan;
  /** The stack's master secret, from which each hook's own secret is derived. */
  readonly webhookMasterSecret: pulumi.Input<string>;

  /**
   * Whether the engine's state has a resource of this name: of what leaves, nothing else is registered.
   * @default it has every one
   */
  readonly isMade?: (name: string) => boolean;

  /**
   * The build namespaces that cannot be filled now, and what goes first: where the engine stops at them, the rest is done.
   * @default none
   */
  readonly last?: Last;
}

/** What is known to fail, and what goes before it. */
export interface Last {
  /** Names of namespaces. */
  readonly namespaces: ReadonlySet<string>;
  readonly first: Promise<readonly pulumi.Resource[]>;
}

/**
 * What turns a push into an image, for all services of a cluster: the EventBus, one EventSource, Sensor and Secret a
 * group of services, the Workflow template, and each team's build namespace.
 *
 * @example
 * new BuildTriggers("build-triggers", { triggers, webhookMasterSecret }, { providers, protect: true });
 */
export class BuildTriggers extends pulumi.ComponentResource {
  /** For each service that is built: what must be there before its hook is, so that its pushes are answered. */
  readonly answering: ReadonlyMap<string, readonly pulumi.CustomResource[]>;

  constructor(name: string, args: BuildTriggersArgs, opts?: pulumi.ComponentResourceOptions) {
    const { triggers, webhookMasterSecret: master, isMade = () => true, last } = args;
    super("kargo-fleet:index:BuildTriggers", name, {}, withoutProtection(someLeave(triggers), opts ?? {}));
    const own = childOptions(this, opts);
    const named = (role: string) => resourceName(name, role);

    const ready = [...identities(named, own), customObject(named("event-bus"), eventBus(triggers), own)];
    customObject(named("workflow-template"), buildTemplate(triggers), own);
    const inside = triggers.namespaces.map((namespace): Space => {
      const first = last?.namespaces.has(namespace.name) ? last.first.then((all) => [...all]) : [];
      return { namespace, first, parts: new Parts(name, own, isMade, namespace.leaves) };
    });
    const spaces = new Map(inside.map((space) => [space.namespace.name, buildNamespace(space, triggers)]));
    const listening = pushEvents(triggers, master, named, { ...own, dependsOn: ready });
    this.answering = new Map(
      triggers.groups.flatMap(({ name: group, builds }) =>
        builds.map(({ service, namespace }) => [
          service,
          [...(listening.get(group) ?? []), ...(spaces.get(namespace) ?? [])],
        ]),
      ),
    );
    for (const route of webhookExposure(triggers)) {
      customObject(named(`${route.kind.toLowerCase()}-${route.metadata.name}`), route, own);
    }
    if (triggers.receiver) kargoReceiver(inside, triggers.receiver.url, master, named, own);
    this.registerOutputs({});
  }
}

/** Whether a group or a build namespace is on its way out with the last of its services. */
export function someLeave({ groups, namespaces }: BuildTriggersPlan): boolean {
  return [...groups, ...namespaces].some(({ leaves }) => leaves);
}

type Named = (role: string) => string;

function identities(named: Named, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const { role, binding } = leaderElection();
  const accounts = eventAccounts().map(
    (account) =>
      new kubernetes.core.v1.ServiceAccount(
        named(`service-account-${account.metadata.name}`),
        { ...account },
        opts,
      ),
  );
  const granted = customObject(named("role-leader"), role, opts);
  const bound = customObject(named("role-binding-leader"), binding, { ...opts, dependsOn: [granted] });
  return [...accounts, bound];
}

/** A build namespace, what is registered in it, and what goes before that. */
interface Space {
  readonly namespace: BuildNamespacePlan;
  readonly parts: Parts;
  readonly first: NonNullable<PartOptions["after"]>;
}

function buildNamespace(
  { namespace, parts, first }: Space,
  triggers: BuildTriggersPlan,
): pulumi.CustomResource[] {
  const { team } = namespace;
  const object = (role: string, manifest: KubernetesObject, after = first) =>
    parts.object(`${team}-${role}`, manifest, { after });
  const grants = buildGrants(namespace).flatMap(({ role, binding }) =>
    object(`role-binding-${role.metadata.name}`, binding, object(`role-${role.metadata.name}`, role)),
  );
  const network = buildNetwork(namespace, triggers).flatMap((policy) =>
    object(`network-${policy.metadata.name}`, policy),
  );
  return [...grants, ...network, ...object("limit", buildLimit(namespace, triggers))];
}

/** @returns by group, what must be there before one of its hooks is */
function pushEvents(
  triggers: BuildTriggersPlan,
  master: pulumi.Input<string>,
  named: Named,
  opts: pulumi.CustomResourceOptions,
): ReadonlyMap<string, readonly pulumi.CustomResource[]> {
  const hash = rotationOf(master);
  const { organizationHook, path } = triggers;

  if (organizationHook) {
    const secrets = { [ORGANIZATION]: derivedSecret(master, organizationHook.secretPurpose) };
    const secret = hookSecrets(ORGANIZATION, secrets, named, opts);
    const source = (text: string) => organizationEventSource(triggers.owner, path, text);
    const listening = eventSourceObject(named(`event-source-${ORGANIZATION}`), source, hash, {
      ...opts,
      dependsOn: [secret],
    });
    organizationWebhook(named("webhook"), organizationHook, master, { ...opts, dependsOn: [listening] });
  }
  const groups = triggers.groups.map((group): readonly [string, readonly pulumi.CustomResource[]] => {
    const own = withoutProtection(group.leaves, opts);
    const starting = customObject(
      named(`sensor-${group.name}`),
      sensor(group, organizationHook !== undefined),
      own,
    );
    if (organizationHook) return [group.name, [starting]];
    const secrets = Object.fromEntries(
      group.builds.map(({ service }) => [service, derivedSecret(master, webhookSecretPurpose(service))]),
    );
    const secret = hookSecrets(group.name, secrets, named, own);
    const source = (text: string) => eventSource(group, path, text);
    const name = named(`event-source-${group.name}`);
    const listening = eventSourceObject(name, source, hash, { ...own, dependsOn: [secret] });
    return [group.name, [listening, starting]];
  });
  return new Map(groups);
}

/** Not a secret: it says only whether the master changed, to those that read what is derived from it. */
function rotationOf(master: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.unsecret(derivedSecret(master, "rotation")).apply((text) => text.slice(0, 16));
}

/** A manifest of which one annotation is known only to the engine. */
function eventSourceObject(
  name: string,
  manifest: (secretsHash: string) => EventSource,
  hash: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const { spec: _, ...known } = manifest("");
  const spec = hash.apply((text) => manifest(text).spec);
  return new kubernetes.apiextensions.CustomResource(name, { ...known, spec }, opts);
}

/** The secrets of one EventSource, by the names of its events. */
function hookSecrets(
  group: string,
  secrets: Readonly<Record<string, pulumi.Output<string>>>,
  named: Named,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Secret {
  const metadata = { name: group, namespace: EVENTS_NAMESPACE, labels: { ...MANAGED_BY } };
  const stringData = pulumi.secret({ ...secrets });
  return new kubernetes.core.v1.Secret(
    named(`secret-${group}`),
    { metadata, type: "Opaque", stringData },
    opts,
  );
}

/** Kargo's receiver, and its address where builds find it. */
function kargoReceiver(
  spaces: readonly Space[],
  url: string,
  master: pulumi.Input<string>,
  named: Named,
  opts: pulumi.CustomResourceOptions,
): void {
  const key = derivedSecret(master, "kargo-receiver");
  const metadata = {
    name: RECEIVER,
    namespace: SYSTEM_NAMESPACE,
    labels: { ...MANAGED_BY, "kargo.akuity.io/cred-type": "generic" },
  };
  const kept = filledSecret(named("receiver-secret"), metadata, { secret: key }, opts);
  const { metadata: _, ...config } = clusterConfig();
  const refreshed = rotationOf(master).apply((rotation) => clusterConfig(rotation).metadata);
  // After the Secret: what makes Kargo read it again must not come first.
  new kubernetes.apiextensions.CustomResource(
    named("receiver"),
    { ...config, metadata: refreshed },
    { ...opts, dependsOn: [kept] },
  );
  const address = key.apply((text) => curlConfig(receiverAddress(url, text)));
  for (const { namespace, parts, first } of spaces) {
    const own = { name: RECEIVER_SECRET.name, namespace: namespace.name, labels: { ...MANAGED_BY } };
    parts.add(`${namespace.team}-receiver`, { after: first }, (name, options) =>
      filledSecret(name, own, { [RECEIVER_SECRET.key]: address }, options),
    );
  }
}

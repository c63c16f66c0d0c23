import { host } from "../git-host/facts.ts";
import { pushes } from "../git-host/pushes.ts";
import { ORGANIZATION_SOURCE } from "../model/build-plan.ts";
import { CREDENTIAL_TYPES } from "../model/credentials.ts";
import type { GuardPlan } from "../model/guard-plan.ts";
import { EVENTS_NAMESPACE, WINDOWS_NAMESPACE } from "../model/names.ts";
import { type AllowedKind, IT, inBuilds, label, placed } from "./allowed-kind.ts";
import { eventWatchForm, isEventWatch, isMessenger, messengerForm } from "./allowed-notifications.ts";
import { fixed } from "./allowed-pipelines.ts";
import { plainDependencies, unchangedTrigger } from "./allowed-sensors.ts";
import { EVENT_BUS, EVENT_SOURCE_ACCOUNT, eventBus, pods, SENSOR_ACCOUNT } from "./argo-events.ts";
import { BUILD_LIMIT, BUILD_TEMPLATE, buildTemplate } from "./argo-workflows.ts";
import { buildNetwork } from "./build-network.ts";
import { RECEIVER_SECRET } from "./build-steps.ts";
import { CALENDAR } from "./calendar.ts";
import { allOf, anyOf, formed, isOneOf, literal, onlyKeys, text } from "./cel.ts";
import { secretsToFill } from "./deployer-secrets.ts";

const SPEC = `${IT}.spec`;
/** The names of groups of webhooks, each with one EventSource, Sensor and Secret. */
const GROUP = `^(${host.prefix}-[0-9]{2,3}|${ORGANIZATION_SOURCE})$`;

const inEvents = (it: string) => `${it}.metadata.namespace == ${text(EVENTS_NAMESPACE)}`;
const ofGroup = (it: string) => allOf(inEvents(it), `${it}.metadata.name.matches(${text(GROUP)})`);

const isLimit = (it: string) => allOf(inBuilds(it), `${it}.metadata.name == ${text(BUILD_LIMIT.name)}`);
const isCalendar = (it: string) => placed(it, WINDOWS_NAMESPACE, [CALENDAR]);

/** The limits for build objects. Objects that run beside a credential must match exactly. */
export function allowedBuilds({ builds, receivers }: GuardPlan): readonly AllowedKind[] {
  const messages = receivers.length > 0;
  // A stack that sends no messages any more may still delete what sent them.
  const orMessages = (builds: string, more: string) => (messages ? anyOf(builds, more) : builds);
  const network = builds ? buildNetwork({ name: "", team: "", groups: [], removing: false }, builds) : [];
  return [
    fixed(
      "clusterworkflowtemplates.argoproj.io",
      builds ? { [BUILD_TEMPLATE]: buildTemplate(builds).spec } : {},
    ),
    fixed("eventbus.argoproj.io", builds ? { [EVENT_BUS]: eventBus(builds).spec } : {}, inEvents),
    fixed(
      "networkpolicies.networking.k8s.io",
      Object.fromEntries(network.map(({ metadata, spec }) => [metadata.name, spec])),
      inBuilds,
    ),
    {
      kind: "configmaps.",
      named: (it) => anyOf(isLimit(it), isCalendar(it)),
      gone: isLimit,
      form: anyOf(isCalendar(IT), onlyKeys(`${IT}.data`, [BUILD_LIMIT.key])),
      says: `${BUILD_LIMIT.name}, in the teams' build namespaces, and ${CALENDAR}`,
    },
    {
      kind: "eventsources.argoproj.io",
      named: (it) => orMessages(ofGroup(it), isEventWatch(it)),
      gone: (it) => anyOf(ofGroup(it), isEventWatch(it)),
      form: orMessages(
        allOf(
          ...(messages ? [ofGroup(IT)] : []),
          onlyKeys(SPEC, ["eventBusName", "replicas", "service", "template", pushes.section]),
          formed(`${SPEC}.template`, { exactly: pods(EVENT_SOURCE_ACCOUNT), any: ["metadata"] }),
        ),
        allOf(isEventWatch(IT), eventWatchForm()),
      ),
      says: `EventSources of groups, whose pods run Argo Events' own program${messages ? ", and the one that watches Kargo's Events" : ""}`,
    },
    {
      kind: "sensors.argoproj.io",
      named: (it) => orMessages(ofGroup(it), isMessenger(it)),
      gone: (it) => anyOf(ofGroup(it), isMessenger(it)),
      form: orMessages(
        allOf(
          ...(messages ? [ofGroup(IT)] : []),
          onlyKeys(SPEC, ["eventBusName", "replicas", "template", "dependencies", "triggers"]),
          `${SPEC}.template == ${literal(pods(SENSOR_ACCOUNT))}`,
          plainDependencies(SPEC),
          `${SPEC}.triggers.all(t, ${unchangedTrigger} && ${onlyKeys("t.template", ["name", "conditions", "k8s"])} && t.template.k8s.operation == "create" && ${onlyKeys("t.template.k8s.source", ["resource"])} && t.template.k8s.source.resource.kind == "Workflow" && t.template.k8s.source.resource.?spec.?workflowTemplateRef.orValue({}) == ${literal({ name: BUILD_TEMPLATE, clusterScope: true })})`,
        ),
        allOf(isMessenger(IT), messengerForm(receivers)),
      ),
      says: `Sensors of groups, which start runs of ${BUILD_TEMPLATE}${messages ? ", and those that send messages to the stack's receivers" : ""}`,
    },
    ...allowedRoutes(),
  ];
}

/** The limits for routes: they may only lead to the Services of EventSources. */
function allowedRoutes(): readonly AllowedKind[] {
  const service = (name: string) => `${name}.matches("^${host.prefix}-[a-z0-9]+-eventsource-svc$")`;
  return [
    {
      kind: "ingresses.networking.k8s.io",
      named: (it) => placed(it, EVENTS_NAMESPACE, ["kargo-fleet-webhooks"]),
      form: `!("defaultBackend" in ${SPEC}) && ${SPEC}.rules.all(r, r.http.paths.all(p, ${service("p.backend.service.name")}))`,
      says: "kargo-fleet-webhooks, to the Services of EventSources",
    },
    {
      kind: "httproutes.gateway.networking.k8s.io",
      named: ofGroup,
      form: `${SPEC}.rules.all(r, !("filters" in r) && r.backendRefs.all(b, ${service("b.name")}))`,
      says: "HTTPRoutes of groups, to the Services of EventSources",
    },
  ];
}

/** Kubernetes fills Secrets of some other types with any account's token, so only `Opaque` is allowed. */
export function allowedSecrets(): AllowedKind {
  const named = (it: string) =>
    anyOf(
      ofGroup(it),
      ...secretsToFill([]).map(({ namespace, name }) => placed(it, namespace, [name])),
      allOf(inBuilds(it), `${it}.metadata.name == ${text(RECEIVER_SECRET.name)}`),
    );
  return {
    kind: "secrets.",
    named,
    filled: true,
    form: allOf(
      `${IT}.?type.orValue("") == "Opaque"`,
      `!("kargo.akuity.io/replicate-to" in ${IT}.metadata.?annotations.orValue({}))`,
      `${isOneOf(label(IT, "kargo.akuity.io/cred-type"), ["", ...CREDENTIAL_TYPES, "generic"])}`,
    ),
    says: "Opaque Secrets of groups, and those that an administrator made for it to fill",
  };
}

import { EVENT_WATCH, EVENTS_NAMESPACE, WINDOW_CALENDAR } from "../model/names.ts";
import type { ReceiverPlan } from "../model/notification-plan.ts";
import { IT } from "./allowed-kind.ts";
import { plainDependencies, unchangedTrigger } from "./allowed-sensors.ts";
import { allOf, anyOf, formed, isOneOf, literal, onlyKeys, text } from "./cel.ts";
import { eventWatch, windowCalendar } from "./notification-sources.ts";
import { addressTemplate, messengerPods, request } from "./notifications.ts";

const SPEC = `${IT}.spec`;

/** Whether this is an EventSource of messages, or a Sensor that sends messages. */
export const isEventWatch = (it: string) =>
  allOf(
    `${it}.metadata.namespace == ${text(EVENTS_NAMESPACE)}`,
    isOneOf(`${it}.metadata.name`, [EVENT_WATCH, WINDOW_CALENDAR]),
  );
export const isMessenger = (it: string) =>
  allOf(
    `${it}.metadata.namespace == ${text(EVENTS_NAMESPACE)}`,
    `${it}.metadata.name.matches("^notify-[0-9]{2}$")`,
  );

/** The watch is the same in every stack. A calendar reads nothing, so its times are free. */
export function eventWatchForm(): string {
  const { calendar: _, ...calendar } = windowCalendar([]).spec;
  return anyOf(
    allOf(`${IT}.metadata.name == ${text(EVENT_WATCH)}`, `${SPEC} == ${literal(eventWatch().spec)}`),
    allOf(
      `${IT}.metadata.name == ${text(WINDOW_CALENDAR)}`,
      formed(SPEC, { exactly: calendar, any: ["calendar"] }),
      `${SPEC}.calendar.all(name, ${onlyKeys(`${SPEC}.calendar[name]`, ["schedule", "timezone"])})`,
    ),
  );
}

/**
 * A Sensor may send a receiver's credential to that receiver only: each request is one of these, with its message.
 * A message may not contain the pod's environment, which has the addresses that are credentials.
 */
export function messengerForm(receivers: readonly ReceiverPlan[]): string {
  const open = receivers.filter(({ url }) => url !== undefined);
  const hidden = receivers.filter(({ url }) => url === undefined);
  const http = "t.template.http";
  const is = (all: readonly ReceiverPlan[]) =>
    `${literal(all.map(request))}.exists(r, ${JSON.stringify(FIXED)}.all(k, ${http}[?k] == r[?k]))`;
  const addressed = `p.dest == "url" && p.src.dataTemplate in ${JSON.stringify(hidden.map(addressTemplate))}`;
  return allOf(
    onlyKeys(SPEC, ["eventBusName", "replicas", "template", "dependencies", "triggers"]),
    podsForm(hidden),
    plainDependencies(SPEC),
    `${SPEC}.triggers.all(t, ${allOf(
      unchangedTrigger,
      onlyKeys("t.template", ["name", "conditions", "http"]),
      onlyKeys(http, [...FIXED, "parameters", "payload"]),
      `${http}.payload.all(p, ${allOf(read(["dataTemplate", "value"]), `!p.src.?dataTemplate.orValue("").matches(${text(ENVIRONMENT)})`)})`,
      anyOf(
        allOf(is(open), `!("parameters" in ${http})`),
        allOf(is(hidden), `${http}.parameters.all(p, ${allOf(read(["dataTemplate"]), addressed)})`),
      ),
    )})`,
  );
}

/** Whether a field comes from nothing else: a `contextTemplate` is a template too. */
const read = (sources: readonly string[]) => onlyKeys("p.src", ["dependencyName", ...sources]);

/** The keys of a request that only the receiver decides. */
const FIXED = ["url", "method", "timeout", "headers", "secureHeaders"];

/** The two functions of Sprig that read the pod's environment, after each character that may stand before one. */
const ENVIRONMENT = '[{(|=\\s](env|expandenv)[\\s`"})|]';

/** Argo Events' own program, with no variables but those of the receivers. */
function podsForm(hidden: readonly ReceiverPlan[]): string {
  const { container: all, ...pod } = messengerPods(hidden);
  const { env = [], ...container } = all;
  const place = `${SPEC}.template.container`;
  return allOf(
    formed(`${SPEC}.template`, { exactly: pod, any: ["container"] }),
    onlyKeys(place, [...Object.keys(container), "env"]),
    ...Object.entries(container).map(([key, value]) => `${place}.${key} == ${literal(value)}`),
    `${place}.?env.orValue([]).all(e, e in ${literal(env)})`,
  );
}

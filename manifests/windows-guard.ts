import type { AccessConfig } from "../model/access.ts";
import { projectName, WINDOWS_NAMESPACE } from "../model/names.ts";
import { DAYS } from "../model/time-zones.ts";
import { type Guard, guard } from "./admission.ts";
import { CALENDAR, STOP } from "./calendar.ts";
import { text } from "./cel.ts";
import { breaksGlass } from "./requesters.ts";

/** The API server sets this time before it validates, whatever the client sent. */
export const CLOCK = "timestamp(object.metadata.creationTimestamp)";

const NAME = "kargo-fleet-windows";
/** Both ConfigMaps have the same form, and a Promotion must pass both. */
const PARAMETERS = [CALENDAR, STOP].map((name) => ({ name, namespace: WINDOWS_NAMESPACE }));

/**
 * Windows, freezes and stops: the API server refuses to create Promotions to closed Stages, whoever asks. It reads
 * its own clock at each request, so they begin and end without an `up`. Break-glass passes; a second policy warns and
 * writes it to the audit log.
 * @param clock CEL of the present; only tests use another one
 */
export function windowsGuards(access: AccessConfig, clock: string = CLOCK): readonly Guard[] {
  const resources = {
    apiGroups: ["kargo.akuity.io"],
    apiVersions: ["v1alpha1"],
    resources: ["promotions"],
    operations: ["CREATE"],
  } as const;
  const variables = rules(clock);
  const isBroken = {
    message: `The calendar is broken, so nobody promotes. Correct the ConfigMap in ${WINDOWS_NAMESPACE}.`,
    messageExpression: `"The calendar is broken at " + ${short('variables.broken.join(", ")')} + ", so nobody promotes. Correct the ConfigMap in ${WINDOWS_NAMESPACE}."`,
  };
  const isClosed = {
    message: "This Stage is closed. The command fleet windows shows until when and why.",
    messageExpression: closedText(access),
  };
  const about = breaksGlass(access);
  const enforced = guard({
    name: NAME,
    resources,
    parameters: { each: PARAMETERS, ifMissing: "Deny" },
    variables: { ...variables, breakGlass: about },
    demands: [
      { ...isBroken, expression: "variables.breakGlass || variables.broken.size() == 0" },
      { ...isClosed, expression: "variables.breakGlass || variables.closed.size() == 0" },
    ],
  });
  const recorded = guard({
    name: "kargo-fleet-break-glass",
    resources,
    about,
    parameters: { each: PARAMETERS, ifMissing: "Allow" },
    actions: ["Warn", "Audit"],
    variables,
    demands: [
      {
        ...isClosed,
        messageExpression: `"Break-glass: this Promotion passes. An audit log of the API server records it. " + ${isClosed.messageExpression}`,
        expression: "variables.closed.size() == 0",
      },
    ],
  });
  return [enforced, recorded];
}

/**
 * A text that fits into a message with the longest names of groups. In place of a message of more than 5 KiB, the API
 * server sends the fixed one.
 */
const short = (long: string) => `[${long}].map(t, bytes(t).size() > 2400 ? t.substring(0, 600) + "…" : t)[0]`;

const data = (id: string, key: string) => `variables.data[${id} + ".${key}"]`;
const optional = (id: string, key: string, otherwise: string) =>
  `variables.data[?(${id} + ".${key}")].orValue(${text(otherwise)})`;

const DAY_LIST = JSON.stringify(DAYS);
const dayOf = (zone: string) => `variables.now.getDayOfWeek(${zone})`;
const hours = (zone: string) => `variables.now.getHours(${zone})`;
const minutes = (zone: string) => `variables.now.getMinutes(${zone})`;
const twoDigits = (number: string) => `string(${number} + 100).substring(1)`;

/** The value of each key, so that a wrong one refuses everything instead of opening something. */
const FORMS: Readonly<Record<string, string>> = {
  "stages|services": "[a-z0-9-]+(, [a-z0-9-]+)*",
  open: `(${DAYS.join("|")})( (${DAYS.join("|")}))* [0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}(, (${DAYS.join("|")})( (${DAYS.join("|")}))* [0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2})*`,
  zone: "[A-Za-z0-9_/+-]+",
  "from|until": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
  "by|reason": ".+",
};

function rules(clock: string): Readonly<Record<string, string>> {
  const fits = Object.entries(FORMS).map(
    ([keys, form]) =>
      `(k.matches(${text(`^(window|freeze|stop)-[0-9]+[.](${keys})$`)}) && variables.data[k].matches(${text(`^(${form})$`)}))`,
  );
  const names = (key: string, name: string) =>
    `(!((i + ".${key}") in variables.data) || ${name} in ${data("i", key)}.split(", "))`;
  return {
    now: clock,
    data: "params.?data.orValue({})",
    stage: "object.spec.stage",
    service: `object.metadata.namespace.startsWith(${text(projectName(""))}) ? object.metadata.namespace.substring(${projectName("").length}) : ""`,
    broken: `variables.data.filter(k, !((${fits.join(" || ")}) && (k.split(".")[0] + ".reason") in variables.data))`,
    covering: `variables.data.filter(k, k.endsWith(".reason")).map(k, k.split(".")[0]).filter(i, ${names("stages", "variables.stage")} && ${names("services", "variables.service")})`,
    closed: `variables.covering.filter(i, i.startsWith("window-") ? !(${isOpen("i")}) : (timestamp(${optional("i", "from", "0001-01-01T00:00:00Z")}) <= variables.now && variables.now < timestamp(${optional("i", "until", "9999-12-31T23:59:59Z")})))`,
  };
}

/** Whether a window is open at the local time of its zone. */
function isOpen(id: string): string {
  const zone = data(id, "zone");
  const today = `p.contains(${DAY_LIST}[${dayOf(zone)}])`;
  const yesterday = `p.contains(${DAY_LIST}[(${dayOf(zone)} + 6) % 7])`;
  const now = `(${twoDigits(hours(zone))} + ":" + ${twoDigits(minutes(zone))})`;
  const [from, to] = ["p.substring(p.size() - 11, p.size() - 6)", "p.substring(p.size() - 5)"];
  return `${data(id, "open")}.split(", ").exists(p, ${from} < ${to} ? (${today} && ${from} <= ${now} && ${now} < ${to}) : ((${today} && ${from} <= ${now}) || (${yesterday} && ${now} < ${to})))`;
}

/** `Mon 09:00`: when a closed window opens next. */
function nextOpening(id: string): string {
  const zone = data(id, "zone");
  const now = `(${hours(zone)} * 60 + ${minutes(zone)})`;
  const from =
    "(int(p.substring(p.size() - 11, p.size() - 9)) * 60 + int(p.substring(p.size() - 8, p.size() - 6)))";
  const days = `${DAY_LIST}.filter(d, p.contains(d))`;
  // Minutes from now; a begin that is over today comes again in a week.
  const ahead = `((${DAY_LIST}.indexOf(d) - ${dayOf(zone)} + 7) % 7 * 1440 + ${from} - ${now} + 10079) % 10080 + 1`;
  const soonest = `${data(id, "open")}.split(", ").map(p, ${days}.map(d, ${ahead}).min()).min()`;
  const at = `(${now} + m)`;
  return `[${soonest}].map(m, ${DAY_LIST}[(${dayOf(zone)} + ${at} / 1440) % 7] + " " + ${twoDigits(`${at} % 1440 / 60`)} + ":" + ${twoDigits(`${at} % 60`)})[0]`;
}

/** Until when it is closed, why, and whom to ask. */
function closedText({ breakGlass, incident = breakGlass }: AccessConfig): string {
  const until = (otherwise: string) =>
    `((i + ".until") in variables.data ? " until " + ${data("i", "until")} : ${text(otherwise)})`;
  const because = `": " + ${data("i", "reason")}`;
  const window = `"it opens " + ${nextOpening("i")} + " (" + ${data("i", "zone")} + "; open " + ${data("i", "open")} + ")" + ${because}`;
  const freeze = `"frozen" + ${until("")} + ${because}`;
  const stop = `"stopped by " + ${optional("i", "by", "somebody")} + ${until(" until somebody resumes")} + ${because}`;
  const rule = `i.startsWith("window-") ? ${window} : (i.startsWith("freeze-") ? ${freeze} : ${stop})`;
  const ask = [
    breakGlass === undefined ? "Ask the platform team." : `Ask ${breakGlass}, who may promote with kubectl.`,
    ...(incident === undefined ? [] : [`${incident} ends a stop with fleet resume.`]),
    "Kargo tries its own promotions again.",
  ];
  return `"Stage " + variables.stage + " of " + variables.service + " is closed: " + ${short(`variables.closed.map(i, ${rule}).join("; ")`)} + ". " + ${text(ask.join(" "))}`;
}

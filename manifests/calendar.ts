import { type ClosingRule, type OpenPeriod, periodsText } from "../model/calendar.ts";
import { WINDOWS_NAMESPACE } from "../model/names.ts";
import { DAYS } from "../model/time-zones.ts";
import type { ConfigMap } from "./build-namespace.ts";
import { MANAGED_BY } from "./objects.ts";

/** The ConfigMap with the stack's windows and freezes. The deployer fills it. */
export const CALENDAR = "kargo-fleet-calendar";
/** The ConfigMap with what people stopped in an incident. */
export const STOP = "kargo-fleet-stop";

/** The texts of a ConfigMap by key, such as `freeze-0.until`. */
export type CalendarData = Readonly<Record<string, string>>;

/** The calendar of the stack. */
export function calendar(rules: readonly ClosingRule[]): ConfigMap {
  return configMap(CALENDAR, calendarData(rules));
}

/** The ConfigMaps as an administrator creates them: empty, so that everything is open. */
export function emptyCalendars(): readonly ConfigMap[] {
  return [configMap(CALENDAR, {}), configMap(STOP, {})];
}

function configMap(name: string, data: CalendarData): ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: WINDOWS_NAMESPACE, labels: { ...MANAGED_BY } },
    ...(Object.keys(data).length > 0 && { data }),
  };
}

/** Rules as texts that a person can read, and that the policy splits. */
export function calendarData(rules: readonly ClosingRule[]): CalendarData {
  const entries = rules.flatMap(({ id, stages, services, reason, open, from, until, by }) => {
    const texts: Readonly<Record<string, string | undefined>> = {
      stages: stages.join(", ") || undefined,
      services: services.join(", ") || undefined,
      zone: open?.zone,
      open: open && periodsText(open),
      from,
      until,
      by,
      reason,
    };
    return Object.entries(texts).flatMap(([key, text]) =>
      text === undefined ? [] : [[`${id}.${key}`, text] as const],
    );
  });
  return Object.fromEntries(entries);
}

/** The rules in a ConfigMap's data. Keys that belong to no rule are left out; the policy refuses everything then. */
export function rulesOf(data: CalendarData): readonly ClosingRule[] {
  const ids = Object.keys(data).flatMap((key) => /^((window|freeze|stop)-\d+)\.reason$/.exec(key)?.[1] ?? []);
  return ids.map((id) => {
    const text = (key: string) => data[`${id}.${key}`];
    const list = (key: string) => text(key)?.split(", ") ?? [];
    const [zone, open, from, until, by] = ["zone", "open", "from", "until", "by"].map(text);
    return {
      id,
      kind: id.startsWith("window") ? "window" : id.startsWith("freeze") ? "freeze" : "stopped",
      stages: list("stages"),
      services: list("services"),
      reason: text("reason") ?? "",
      ...(zone !== undefined &&
        open !== undefined && { open: { zone, periods: open.split(", ").map(periodOf) } }),
      ...(from !== undefined && { from }),
      ...(until !== undefined && { until }),
      ...(by !== undefined && { by }),
    };
  });
}

function periodOf(text: string): OpenPeriod {
  const [from = "", to = ""] = text.slice(-11).split("-");
  return { days: DAYS.filter((day) => text.includes(day)), from, to };
}

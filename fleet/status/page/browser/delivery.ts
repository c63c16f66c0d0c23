import type { PageService } from "../page-data.ts";
import { byId, h, name } from "./elements.ts";
import { plotOf } from "./lead-plot.ts";
import { deploymentsPerWeek, failureRate, lastLeadTimes, leadTimesByStage, quantile } from "./numbers.ts";
import { durationText, percentText, plural } from "./words.ts";

const orDash = (value: number | undefined, text: (value: number) => string) =>
  value === undefined ? "–" : text(value);

/** Lead times, deployments and failures of these services, and what each number means. */
export function showDelivery(services: readonly PageService[], at: string): void {
  const toLast = services.flatMap(lastLeadTimes).sort((a, b) => a - b);
  const rates = services
    .map((service) => deploymentsPerWeek(service, at))
    .filter((rate) => rate !== undefined);
  const perWeek = rates.reduce((sum, rate) => sum + rate, 0);
  const sum = (kind: "succeeded" | "failed") =>
    services.reduce((all, { deliveries }) => all + deliveries[kind], 0);
  const section = byId("delivery");
  section.replaceChildren(
    ...[...section.children].slice(0, 1),
    h(
      "dl",
      { class: "numbers" },
      number(
        "Lead time to the last Stages",
        orDash(quantile(toLast, 0.5), durationText),
        `Half of ${plural(toLast.length, "Promotion")} arrived within this time after the push, and 90 % within ${orDash(quantile(toLast, 0.9), durationText)}. The time of the push is in the default tag; versions with other tags are not counted.`,
      ),
      number(
        "Deployments a week",
        rates.length === 0
          ? "–"
          : perWeek.toLocaleString("en", { maximumFractionDigits: perWeek < 10 ? 1 : 0 }),
        `Succeeded Promotions to the last Stages (${sum("succeeded").toLocaleString("en")} in the clusters), of ${plural(rates.length, "service")}. Kargo deletes old Promotions, so each service counts from its earliest one that is left, but at least one day.`,
      ),
      number(
        "Failed Promotions",
        orDash(failureRate(services), percentText),
        `${sum("failed").toLocaleString("en")} of ${(sum("failed") + sum("succeeded")).toLocaleString("en")} Promotions to the last Stages. A version that was promoted and then broke something is not known here, nor is a repair outside Kargo.`,
      ),
    ),
    ...leadTimesFigure(leadTimesByStage(services)),
  );
}

function number(title: string, value: string, meaning: string): HTMLElement {
  const values = [h("dd", { class: "value" }, value), h("dd", { class: "meaning" }, meaning)];
  return h("div", {}, h("dt", {}, title), ...values);
}

function leadTimesFigure(times: ReadonlyMap<string, readonly number[]>): HTMLElement[] {
  if (times.size === 0) return [h("p", {}, "No lead times are known.")];
  const box = h("div", { class: "plot" });
  new ResizeObserver(() => {
    const width = Math.floor(box.clientWidth);
    if (width > 0 && box.dataset.width !== String(width)) {
      box.dataset.width = String(width);
      box.replaceChildren(plotOf(times, width));
    }
  }).observe(box);
  const rows = [...times].map(([stage, sorted]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name(stage)),
      h("td", {}, sorted.length.toLocaleString("en")),
      ...[0.5, 0.9].map((share) => h("td", {}, orDash(quantile(sorted, share), durationText))),
    ),
  );
  const heads = ["Stage", "Promotions", "Half within", "90 % within"];
  return [
    h(
      "figure",
      {},
      h(
        "figcaption",
        {},
        "Lead times from the push to each Stage. Bars: how many Promotions took that long. Line: half were faster. Dashed line: 90 % were faster.",
      ),
      box,
    ),
    h(
      "details",
      { class: "as-table" },
      h("summary", {}, "Lead times as a table"),
      h(
        "table",
        { class: "small" },
        h("caption", { class: "unseen" }, "Lead times by Stage"),
        h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
        h("tbody", {}, ...rows),
      ),
    ),
  ];
}

import { visible } from "../../../report/escape.ts";
import type { PageService } from "../page-data.ts";
import { picture, svg } from "./elements.ts";
import { placesOf } from "./layers.ts";
import { type Item, type StageState, stateOf } from "./states.ts";
import { shortened, stateText, versionText } from "./words.ts";

const CIRCLE = "M-10 0a10 10 0 1 0 20 0a10 10 0 1 0-20 0z";
const SMALL_CIRCLE = "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z";
const OCTAGON = "M-4-10H4L10-4V4L4 10H-4L-10 4V-4z";
const DIAMOND = "M0-12L12 0L0 12L-12 0z";
const HEXAGON = "M-12 0L-6-10H6L12 0L6 10H-6z";
const SQUARE = "M-9-9H9V9H-9z";
const HOURGLASS = "M-9-10H9L3 0L9 10H-9L-3 0z";

/** Each state has a shape and a sign of its own, so that nobody needs its colour. */
const LOOKS: Readonly<Record<StageState, { readonly shape: string; readonly sign: string }>> = {
  healthy: { shape: CIRCLE, sign: "✓" },
  progressing: { shape: CIRCLE, sign: "…" },
  passed: { shape: SMALL_CIRCLE, sign: "" },
  empty: { shape: CIRCLE, sign: "" },
  unknown: { shape: CIRCLE, sign: "?" },
  unreadable: { shape: SQUARE, sign: "?" },
  unhealthy: { shape: OCTAGON, sign: "×" },
  stuck: { shape: DIAMOND, sign: "!" },
  failed: { shape: DIAMOND, sign: "F" },
  warehouse: { shape: OCTAGON, sign: "W" },
  promote: { shape: HEXAGON, sign: "P" },
  sync: { shape: HEXAGON, sign: "S" },
  held: { shape: SQUARE, sign: "H" },
  drift: { shape: SQUARE, sign: "D" },
  closed: { shape: SQUARE, sign: "C" },
  soak: { shape: HOURGLASS, sign: "" },
};

export const STATES = Object.keys(LOOKS) as readonly StageState[];

function sign(state: StageState): SVGGElement {
  const look = LOOKS[state];
  return svg(
    "g",
    { class: `state ${state}` },
    svg("path", { d: look.shape }),
    svg("text", { y: 4, "text-anchor": "middle" }, look.sign),
  );
}

/** The sign of a state beside its name, which says the same. */
export function stateSign(state: StageState): SVGSVGElement {
  return svg(
    "svg",
    { viewBox: "-13 -13 26 26", width: 22, height: 22, "aria-hidden": "true", class: "sign" },
    sign(state),
  );
}

const STAGE_WIDTH = 66;
const STAGE_HEIGHT = 44;
const NAME_LENGTH = 9;

/** A service's Stages from left to right, each with its state. The label says the same in words. */
export function pipelinePicture(service: PageService, items: readonly Item[]): SVGSVGElement {
  const places = placesOf(service.stages);
  const all = [...places.values()];
  const columns = Math.max(0, ...all.map(({ column }) => column)) + 1;
  const rows = Math.max(0, ...all.map(({ row }) => row)) + 1;
  const x = (column: number) => column * STAGE_WIDTH + STAGE_WIDTH / 2;
  const y = (row: number) => row * STAGE_HEIGHT + 15;
  const arrows = service.stages.flatMap(({ stage, after }) => {
    const to = places.get(stage);
    return after.flatMap((each) => {
      const from = places.get(each);
      if (from === undefined || to === undefined) return [];
      const [left, right] = [x(from.column) + 14, x(to.column) - 15];
      const d = `M${left} ${y(from.row)}L${right} ${y(to.row)}`;
      const head = `M${right - 5} ${y(to.row) - 4}L${right + 1} ${y(to.row)}L${right - 5} ${y(to.row) + 4}`;
      return [svg("path", { class: "arrow", d: d + head })];
    });
  });
  const nodes = service.stages.map((stage) => {
    const place = places.get(stage.stage) ?? { column: 0, row: 0 };
    const shown = visible(stage.stage);
    return svg(
      "g",
      { transform: `translate(${x(place.column)} ${y(place.row)})` },
      svg("title", {}, `${shown}: ${stateText(stateOf(stage, items))}`),
      sign(stateOf(stage, items)),
      svg("text", { class: "stage", y: 25, "text-anchor": "middle" }, shortened(shown, NAME_LENGTH)),
    );
  });
  const size = [columns * STAGE_WIDTH, rows * STAGE_HEIGHT] as const;
  return picture("pipeline", pipelineText(service, items), size, ...arrows, ...nodes);
}

function pipelineText(service: PageService, items: readonly Item[]): string {
  const stages = service.stages.map((stage) => {
    const from = stage.after.length === 0 ? "" : `, after ${stage.after.join(" and ")}`;
    const version = stage.version === undefined ? "" : `, ${versionText(stage.version)}`;
    return `${stage.stage}${from}: ${stateText(stateOf(stage, items))}${version}`;
  });
  return visible(stages.length === 0 ? "No Stages" : stages.join("; "));
}

import type { DeployingStage, PipelineStage } from "../../model/pipelines.ts";

type Always = "stage" | "state" | "after" | "soak" | "controlFlow";

/** The fields of a Stage that a diagram shows. */
export type DrawnStage =
  | Pick<DeployingStage, Always | "promotion" | "sync" | "destination">
  | Pick<Exclude<PipelineStage, DeployingStage>, Always>;

/** The mark of a Stage in a diagram of a change. */
export type Mark = "new" | "changed" | "deleted";

const MARKS: Readonly<Record<Mark, string>> = {
  new: "stroke:#1a7f37,stroke-width:3px",
  changed: "stroke:#9a6700,stroke-width:3px",
  deleted: "stroke:#cf222e,stroke-width:3px,stroke-dasharray:5 5",
};

/**
 * Draws pipelines as one Mermaid flowchart from the Warehouse on: a thick arrow for auto-promotion, a dotted one
 * for manual promotion, with the soak time.
 * @param markOf the mark of a pipeline's Stage, for a diagram of a change
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function drawPipelines(
  pipelines: Readonly<Record<string, readonly DrawnStage[]>>,
  markOf: (pipeline: string, stage: string) => Mark | undefined = () => undefined,
): string {
  const charts = Object.entries(pipelines).map(([name, stages], index) =>
    drawPipeline(name, stages, index, (stage) => markOf(name, stage)),
  );
  const used = new Set(
    Object.entries(pipelines).flatMap(([name, stages]) =>
      stages.flatMap(({ stage }) => markOf(name, stage) ?? []),
    ),
  );
  const classes = [...used].sort().map((mark) => `  classDef ${mark} ${MARKS[mark]}`);
  return ["flowchart LR", ...charts.flat(), ...classes].join("\n");
}

function drawPipeline(
  name: string,
  stages: readonly DrawnStage[],
  index: number,
  markOf: (stage: string) => Mark | undefined,
): string[] {
  const ids = new Map(stages.map(({ stage }, position) => [stage, `p${index}s${position}`]));
  const warehouse = `p${index}w`;
  const idOf = (stage: string) => ids.get(stage) ?? "";
  const arrows = stages.flatMap((stage) => {
    const sources = stage.after.length === 0 ? [warehouse] : stage.after.map(idOf);
    return sources.map((source) => `    ${source} ${arrow(stage)} ${idOf(stage.stage)}`);
  });
  return [
    `  subgraph p${index}["${escaped(name)}"]`,
    `    ${warehouse}[("Warehouse")]`,
    ...stages.map((stage) => {
      const mark = markOf(stage.stage);
      return `    ${idOf(stage.stage)}${shape(stage)}${mark === undefined ? "" : `:::${mark}`}`;
    }),
    ...arrows,
    "  end",
  ];
}

function shape(stage: DrawnStage): string {
  const retired = stage.state === "retired" ? "<br/>retired" : "";
  const name = escaped(stage.stage);
  if (stage.controlFlow) return `(["${name}<br/>control flow${retired}"])`;
  const promotion = {
    auto: "auto-promotion",
    manual: "manual promotion",
    "pull-request": "promotion by pull request",
  };
  const sync = stage.sync === "auto" ? "auto-sync" : "manual sync";
  const cluster =
    stage.destination.cluster === undefined ? "" : `<br/>on ${escaped(stage.destination.cluster)}`;
  return `["<b>${name}</b><br/>${promotion[stage.promotion]}<br/>${sync}${cluster}${retired}"]`;
}

function arrow(stage: DrawnStage): string {
  const soak = stage.soak === undefined ? "" : `|"soaks ${escaped(stage.soak)}"|`;
  return `${!stage.controlFlow && stage.promotion !== "auto" ? "-.->" : "==>"}${soak}`;
}

/** Mermaid's own entities, because a quote would end the label and `<` would start a tag. */
function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._:/-]/gu, (character) => `#${character.codePointAt(0)};`);
}

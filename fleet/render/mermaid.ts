import { deploys, type Pipeline, type PipelineStage, type Pipelines } from "../../model/pipelines.ts";

/**
 * Pipelines as one Mermaid flowchart, from the Warehouse on: a thick arrow where Freight goes on by itself, a dotted one
 * where a person promotes, the soak on it.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function drawPipelines(pipelines: Pipelines): string {
  const charts = Object.entries(pipelines).map(([name, stages], index) => drawPipeline(name, stages, index));
  return ["flowchart LR", ...charts.flat()].join("\n");
}

function drawPipeline(name: string, stages: Pipeline, index: number): string[] {
  const ids = new Map(stages.map(({ stage }, position) => [stage, `p${index}s${position}`]));
  const warehouse = `p${index}w`;
  const idOf = (stage: string) => ids.get(stage) ?? "";
  const arrows = stages.flatMap((stage) => {
    const sources = stage.after.length === 0 ? [warehouse] : stage.after.map(idOf);
    return sources.map((source) => `    ${source} ${arrow(stage)} ${idOf(stage.stage)}`);
  });
  return [
    `  subgraph p${index}["${name}"]`,
    `    ${warehouse}[("Warehouse")]`,
    ...stages.map((stage) => `    ${idOf(stage.stage)}${shape(stage)}`),
    ...arrows,
    "  end",
  ];
}

function shape(stage: PipelineStage): string {
  const retired = stage.state === "retired" ? "<br/>retired" : "";
  if (!deploys(stage)) return `(["${stage.stage}<br/>control flow${retired}"])`;
  const promotion = {
    auto: "promotes by itself",
    manual: "a person promotes",
    "pull-request": "a pull request promotes",
  };
  const sync = stage.sync === "auto" ? "syncs by itself" : "a person syncs";
  const cluster =
    stage.destination.cluster === undefined ? "" : `<br/>on ${escaped(stage.destination.cluster)}`;
  return `["<b>${stage.stage}</b><br/>${promotion[stage.promotion]}<br/>${sync}${cluster}${retired}"]`;
}

function arrow(stage: PipelineStage): string {
  const soak = stage.soak === undefined ? "" : `|"soaks ${stage.soak}"|`;
  return `${deploys(stage) && stage.promotion !== "auto" ? "-.->" : "==>"}${soak}`;
}

/** Mermaid's own entities: a quote would end the label, and `<` begin a tag. */
function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._:/-]/gu, (character) => `#${character.codePointAt(0)};`);
}

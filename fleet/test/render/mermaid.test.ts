import assert from "node:assert/strict";
import { STANDARD_PIPELINE } from "../../../model/pipelines.ts";
import { readStackText, stackText } from "../../../test/sources.ts";
import { drawPipelines } from "../../render/mermaid.ts";

describe("a pipeline's diagram", () => {
  it("shows auto-promotion, auto-sync and soak times", () => {
    const pipelines = readStackText(
      stackText({
        pipelines:
          "{ wide: [ { stage: dev, promotion: auto, sync: auto }, { stage: gate, controlFlow: true, after: [dev] }, { stage: prod, promotion: manual, sync: manual, after: [gate, dev], soak: 2h, destination: { cluster: 'eu \"1\"' } } ] }",
      }),
    ).value?.pipelines;
    assert.equal(
      drawPipelines(pipelines ?? {}),
      [
        "flowchart LR",
        '  subgraph p0["wide"]',
        '    p0w[("Warehouse")]',
        '    p0s0["<b>dev</b><br/>auto-promotion<br/>auto-sync"]',
        '    p0s1(["gate<br/>control flow"])',
        '    p0s2["<b>prod</b><br/>manual promotion<br/>manual sync<br/>on eu #34;1#34;"]',
        "    p0w ==> p0s0",
        "    p0s0 ==> p0s1",
        '    p0s1 -.->|"soaks 2h"| p0s2',
        '    p0s0 -.->|"soaks 2h"| p0s2',
        "  end",
      ].join("\n"),
    );
  });

  it("draws several pipelines into one chart, each in its own frame", () => {
    const chart = drawPipelines({ standard: STANDARD_PIPELINE, other: STANDARD_PIPELINE });
    assert.equal(chart.match(/subgraph/g)?.length, 2);
    assert.equal(new Set(chart.match(/p\ds\d\[/g)).size, 6);
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { measuredToday, PAGE, table, withPart } from "../../bench/benchmarks-page.ts";
import { RECORD, type Recorded } from "../../bench/fleet/record.ts";

const TEXT = "# Title\n<!-- bench fleet -->\nold\n<!-- end bench fleet -->\nrest\n";

describe("docs/benchmarks.md", () => {
  it("gets a part between its markers and keeps everything else", () => {
    assert.equal(
      withPart(TEXT, "fleet", "\nnew\n"),
      "# Title\n<!-- bench fleet -->\nnew\n<!-- end bench fleet -->\nrest\n",
    );
  });

  it("is the same if the same part is written twice", () => {
    const once = withPart(TEXT, "fleet", "new");
    assert.equal(withPart(once, "fleet", "new"), once);
  });

  it("is not written without its markers, and the error says what to do", () => {
    assert.throws(
      () => withPart("# Title\n", "fleet", "new"),
      /needs the lines <!-- bench fleet -->.*Put them back/,
    );
  });

  it("has the markers of every benchmark that writes into it", () => {
    const page = readFileSync(PAGE, "utf8");
    for (const name of ["fleet", "kills", "namespaces", "profile"])
      assert.doesNotThrow(() => withPart(page, name, "x"));
  });

  it("names the machine and the day", () => {
    assert.match(
      measuredToday(new Date("2026-11-29T12:00:00Z")),
      /^Measured on 2026-11-29, on \d+ cores of .+ with \d+ GB, \w+ .+, Node \d+\.\d+\.\d+\.$/,
    );
  });

  it("is what the README and docs/scale.md say of 1,000 services", () => {
    const { cells } = JSON.parse(readFileSync(RECORD, "utf8")) as Recorded;
    const [ours, theirs] = ["fleet up", "kubectl apply"].map((peer) => {
      const cell = cells[1000]?.[peer]?.["first rollout"];
      return cell && "seconds" in cell ? cell : assert.fail(`no measurement of ${peer}`);
    });
    const times = (ours?.seconds ?? 0) / (theirs?.seconds ?? 0);
    assert.ok(
      readFileSync("README.md", "utf8").includes(
        `took ${ours?.seconds.toFixed(0)} s on two cores, ${times.toFixed(1)} times as long as`,
      ),
    );
    const gigabytes = ((ours?.worker ?? 0) / 1000).toFixed(1);
    assert.ok(readFileSync("docs/scale.md", "utf8").includes(`took ${gigabytes} GB`));
  });

  it("aligns columns of numbers to the right", () => {
    assert.equal(
      table(
        ["what", "time"],
        [
          ["a", "1 s"],
          ["b", "—"],
        ],
      ),
      "| what | time |\n|---|--:|\n| a | 1 s |\n| b | — |",
    );
  });
});

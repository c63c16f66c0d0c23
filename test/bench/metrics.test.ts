import assert from "node:assert/strict";
import fc from "fast-check";
import { readMetrics, sumOf } from "../../bench/metrics.ts";

const TEXT = `# HELP apiserver_request_total Counter of requests.
# TYPE apiserver_request_total counter
apiserver_request_total{code="200",verb="GET"} 12
apiserver_request_total{code="201",verb="POST"} 3
process_resident_memory_bytes 4.2e+08
le{le="+Inf"} +Inf 1700000000000
`;

describe("the metrics of an API server", () => {
  it("are read with their labels", () => {
    assert.deepEqual(readMetrics(TEXT)[1], {
      name: "apiserver_request_total",
      labels: { code: "201", verb: "POST" },
      value: 3,
    });
  });

  it("are summed over all labels of a name", () => {
    assert.equal(sumOf(readMetrics(TEXT), "apiserver_request_total"), 15);
    assert.equal(sumOf(readMetrics(TEXT), "process_resident_memory_bytes"), 420_000_000);
  });

  it("have no sum if the name is missing", () => {
    assert.equal(sumOf(readMetrics(TEXT), "apiserver_request"), undefined);
  });

  it("may be infinite and have a time", () => {
    assert.deepEqual(readMetrics(TEXT).at(-1)?.value, Number.POSITIVE_INFINITY);
  });

  it("keep every value of a label, also with quotes, backslashes, commas and line breaks", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (first, second) => {
        const escaped = [first, second].map((text) =>
          text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n"),
        );
        const [sample] = readMetrics(`x{a="${escaped[0]}",b="${escaped[1]}"} 1`);
        assert.deepEqual(sample?.labels, { a: first, b: second });
      }),
    );
  });
});

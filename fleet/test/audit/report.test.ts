import assert from "node:assert/strict";
import fc from "fast-check";
import { type Audit, auditJson, auditText, isRight } from "../../audit/report.ts";

const RIGHT: Audit = {
  stack: "prod",
  context: "prod",
  matrix: new Map([["team-edge", new Map([["kargo-nginx", "team"]])]]),
  milliseconds: 1000,
  findings: [],
  probes: [],
  warnings: [],
  objects: 7,
  bindings: 9,
  namespaces: 3,
  customised: undefined,
  known: ["group system:masters"],
};
const text = (more: Partial<Audit>) => auditText({ ...RIGHT, ...more }, 100, (_, painted) => painted);
const finding = { where: "kargo-nginx", who: ["user jane"], what: "may get secrets", because: "by hand" };

describe("the report of an audit", () => {
  it("mentions in its verdict only what was checked", () => {
    assert.equal(
      text({}).split("\n").at(-1),
      "The 7 objects are as planned. In the 3 namespaces RBAC gives rights that matter only to the plan's subjects and those named above. 0 attempts had the expected result.",
    );
    assert.match(
      text({}),
      /\nExpected subjects with rights there, beside those of the plan: group system:masters\.\nNot checked: /,
    );
  });

  it("has no positive verdict if there is a finding", () => {
    const said = text({ findings: [finding] });
    assert.equal(isRight({ ...RIGHT, findings: [finding] }), false);
    assert.doesNotMatch(said, /objects are as planned\./);
    assert.match(said, /\n1 wrong:\n {2}kargo-nginx {2}user jane, may get secrets\n {6}by hand$/);
  });

  it("prints no control characters of names", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (hostile) => {
        const name = `jane\u001b[2J${hostile}`;
        const lines = text({ known: [name], findings: [{ ...finding, who: [name], because: name }] });
        assert.doesNotMatch(lines.replaceAll("\n", ""), /\p{Cc}/u);
        assert.equal(lines.split("\n").length, text({ findings: [finding] }).split("\n").length);
      }),
    );
  });

  it("cuts a long text", () => {
    const long = text({ findings: [{ ...finding, because: "x".repeat(100_000) }] });
    assert.match(long, /x… \(100000 characters\)$/);
  });

  it("prints everything as JSON", () => {
    const read = JSON.parse(auditJson({ ...RIGHT, findings: [finding] })) as Record<string, unknown>;
    assert.deepEqual(
      [read.right, read.findings, read.objects, read.known],
      [false, [finding], 7, ["group system:masters"]],
    );
  });
});

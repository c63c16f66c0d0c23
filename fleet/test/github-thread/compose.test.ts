import assert from "node:assert/strict";
import fc from "fast-check";
import { compose, LONGEST_BODY, type Section } from "../../github-thread/compose.ts";
import { isMarked } from "../../github-thread/marker.ts";

const run = "https://github.example/acme/fleet/actions/runs/1";
const report = "<!-- kargo-fleet preview -->\n✅ Safe: 1 service changes on 1 cluster.\n\n| a | b |\n";

const composed = (sections: readonly Section[], note?: string) =>
  compose({ marker: "preview", note, sections, run });

describe("a comment from several reports", () => {
  it("begins with its own marker and contains none of a report's", () => {
    const sections = [{ name: "prod", text: report }];
    const body = composed(sections);
    assert.equal(
      body,
      `<!-- kargo-fleet preview -->\n\n✅ Safe: 1 service changes on 1 cluster.\n\n| a | b |\n\n[Logs and whole reports](${run})\n`,
    );
  });

  it("names a missing report and where to find the reason", () => {
    const sections = [
      { name: "prod-eu", text: report },
      { name: "prod-us", text: undefined },
    ];
    const body = composed(sections, "Approve it.");
    assert.match(body, /^<!-- kargo-fleet preview -->\n\nApprove it\.\n\n✅ Safe/);
    assert.match(body, /❌ \*\*There is no preview of prod-us\*\*: .* \[its log\]\(https:/);
  });

  it("keeps only the verdict of a report that no longer fits, and the other reports whole", () => {
    const large = `## ⚠️ 3 deletions.\n${"x".repeat(LONGEST_BODY)}`;
    const sections = [
      { name: "prod-eu", text: large },
      { name: "prod-us", text: report },
    ];
    const body = composed(sections);
    assert.match(body, /\*\*prod-eu\*\*: ⚠️ 3 deletions\. \(too long to show here\)\n\n✅ Safe/);
    assert.ok(body.endsWith(`[Logs and whole reports](${run})\n`));
  });

  it("is found by its marker and short enough for GitHub, whatever the reports are", () => {
    const text = fc.option(
      fc.tuple(fc.string({ unit: "grapheme" }), fc.nat(5000)).map(([part, times]) => part.repeat(times)),
      { nil: undefined },
    );
    const sections = fc.array(fc.record({ name: fc.constantFrom("prod", "dev"), text }), { maxLength: 12 });
    fc.assert(
      fc.property(sections, text, (given, note) => {
        const body = composed(given, note);
        assert.ok(body.length <= LONGEST_BODY, `${body.length}`);
        assert.ok(isMarked(body, "preview"));
      }),
    );
  });
});

describe("a marker", () => {
  it("is exactly the first line", () => {
    assert.ok(isMarked("<!-- kargo-fleet preview -->\r\nbody", "preview"));
    for (const text of [
      "<!-- kargo-fleet preview prod -->\nbody",
      " <!-- kargo-fleet preview -->",
      "> <!-- kargo-fleet preview -->",
      "body\n<!-- kargo-fleet preview -->",
    ])
      assert.ok(!isMarked(text, "preview"), text);
  });
});

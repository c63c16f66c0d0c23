import assert from "node:assert/strict";
import fc from "fast-check";
import { withinPercent } from "../../model/selection.ts";
import { catalogueOf, planOf, stackText } from "../sources.ts";

const CATALOGUE = catalogueOf({
  nginx: { labels: { tier: "critical" } },
  auth: { labels: { tier: "critical", zone: "eu" } },
  docs: {},
});
const selected = (rollout: string) =>
  planOf(CATALOGUE, stackText({ rollout })).services.map(({ name }) => name);

describe("a stack's selection", () => {
  it("contains everything by default", () => {
    assert.deepEqual(selected("{}"), ["nginx", "auth", "docs"]);
  });

  it("includes by name or by label", () => {
    assert.deepEqual(selected("{ include: [ { labels: { zone: eu } }, { names: [docs] } ] }"), [
      "auth",
      "docs",
    ]);
  });

  it("requires every label of a selector", () => {
    assert.deepEqual(selected("{ include: [ { labels: { tier: critical, zone: eu } } ] }"), ["auth"]);
  });

  it("excludes services even if include matches them", () => {
    assert.deepEqual(
      selected("{ include: [ { labels: { tier: critical } } ], exclude: [ { names: [nginx] } ] }"),
      ["auth"],
    );
  });

  it("only adds services when percent is raised", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (name, a, b) => {
          if (withinPercent(name, Math.min(a, b))) assert.ok(withinPercent(name, Math.max(a, b)));
        },
      ),
    );
  });

  it("contains nobody at 0 percent, everybody at 100, and about half of 1,000 at 50", () => {
    const names = Array.from({ length: 1000 }, (_, index) => `service-${index}`);
    const count = (percent: number) => names.filter((name) => withinPercent(name, percent)).length;
    assert.equal(count(0), 0);
    assert.equal(count(100), 1000);
    assert.ok(Math.abs(count(50) - 500) < 60, `${count(50)}`);
  });
});

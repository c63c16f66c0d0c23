import assert from "node:assert/strict";
import fc from "fast-check";
import { calendar } from "../../manifests/calendar.ts";
import { isClosed } from "../../model/closed-now.ts";
import type { Plan } from "../../model/plan.ts";
import { catalogueOf, planOf, problemsOf, stackText } from "../sources.ts";

const CATALOGUE = catalogueOf({ nginx: {}, auth: { labels: { tier: "critical" } } });
const frozen = (freeze: string) => stackText({ rollout: `{ freeze: [${freeze}] }` });
const at = (freeze: string, now: string) => planOf(CATALOGUE, frozen(freeze), new Date(now));
const rulesOf = ({ platform }: Plan) => platform?.calendar ?? [];
const closes = (freeze: string, moment: string) =>
  rulesOf(at(freeze, "2026-12-01")).some((rule) => isClosed(rule, new Date(moment)));

describe("a freeze", () => {
  it("changes no service's plan, so auto-promotion stays on and Kargo keeps its holds", () => {
    const without = (freeze: string) => JSON.stringify(at(freeze, "2026-12-01").services);
    assert.equal(without("{ until: 2026-12-31, reason: x }"), without(""));
  });

  it("is in the calendar with its end, and the same at any time, so a second up is empty", () => {
    const freeze = "{ stages: [staging], services: [nginx], until: 2026-12-31, reason: year end }";
    for (const now of ["2026-06-15", "2027-06-15"])
      assert.deepEqual(calendar(rulesOf(at(freeze, now))).data, {
        "freeze-0.stages": "staging",
        "freeze-0.services": "nginx",
        "freeze-0.until": "2027-01-01T00:00:00Z",
        "freeze-0.reason": "year end",
      });
  });

  it("covers the services with its labels", () => {
    const freeze = "{ labels: { tier: critical }, until: 2026-12-31, reason: x }";
    assert.deepEqual(
      rulesOf(at(freeze, "2026-12-01")).map(({ services }) => services),
      [["auth"]],
    );
  });

  it("lasts through its last day in UTC, and is over the next day", () => {
    const freeze = "{ until: 2026-12-31, reason: x }";
    assert.equal(closes(freeze, "2026-12-31T23:59:59.999Z"), true);
    assert.equal(closes(freeze, "2027-01-01T00:00:00Z"), false);
  });

  it("begins and ends at its times if it has them", () => {
    const freeze = "{ from: '2026-12-24T12:00:00+01:00', until: '2026-12-31T18:00:00+01:00', reason: x }";
    assert.equal(closes(freeze, "2026-12-24T10:59:59Z"), false);
    assert.equal(closes(freeze, "2026-12-24T11:00:00Z"), true);
    assert.equal(closes(freeze, "2026-12-31T16:59:59Z"), true);
    assert.equal(closes(freeze, "2026-12-31T17:00:00Z"), false);
  });

  it("never starts again after it is over", () => {
    const day = fc.date({ min: new Date("2020-01-01"), max: new Date("2040-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(day, day, day, (until, one, other) => {
        const [sooner, later] = [one, other].sort((a, b) => a.getTime() - b.getTime());
        const freeze = `{ until: '${until.toISOString()}', reason: x }`;
        const over = [sooner, later].map((now) => planOf(CATALOGUE, frozen(freeze), now).freezes[0]?.over);
        if (over[0]) assert.ok(over[1]);
      }),
    );
  });

  it("is refused with an unknown Stage, service or label", () => {
    const problems = problemsOf(
      CATALOGUE,
      frozen(
        "{ stages: [stagign, eu], services: [ngnix], labels: { tier: low }, until: 2026-12-31, reason: x }",
      ),
    );
    assert.deepEqual(
      problems.map((problem) => problem.replace(/^[^ ]+ {2}/, "")),
      [
        'config.kargo-fleet:rollout.freeze[0].stages[0]  "stagign" is not a stage of any pipeline (there are: dev, staging, prod). Did you mean "staging"?',
        'config.kargo-fleet:rollout.freeze[0].stages[1]  "eu" is not a stage of any pipeline (there are: dev, staging, prod). Use one of these.',
        'config.kargo-fleet:rollout.freeze[0].services[0]  "ngnix" is not a service of the catalogue. Did you mean "nginx"?',
        "config.kargo-fleet:rollout.freeze[0].labels  no service of the catalogue has all of these labels. Remove it, or correct the catalogue.",
      ],
    );
  });

  for (const until of [
    "2026-02-30",
    "tomorrow",
    "2026-13-01",
    "2026-12-31T18:00",
    "31.12.2026",
    "1767139200",
  ]) {
    it(`is refused until ${until}`, () => {
      assert.match(
        problemsOf(CATALOGUE, frozen(`{ until: '${until}', reason: x }`)).join(),
        /rollout\.freeze\[0\]\.until {2}"[^"]*" is not a date: write a day \(2026-12-31, which counts whole, in UTC\)/,
      );
    });
  }

  for (const [what, freeze, place] of [
    ["without a reason", "{ until: 2026-12-31 }", "reason {2}is missing"],
    ["with a reason of two lines", '{ until: 2026-12-31, reason: "a\\nb" }', "reason {2}.*one line"],
    [
      "with an empty list, which would look like everything",
      "{ services: [], until: 2026-12-31, reason: x }",
      "services",
    ],
    [
      "that ends before it begins",
      "{ from: 2026-12-31, until: 2026-12-30, reason: x }",
      "until {2}must be after from",
    ],
  ] as const) {
    it(`is refused ${what}`, () => {
      assert.match(
        problemsOf(CATALOGUE, frozen(freeze)).join(),
        new RegExp(`rollout\\.freeze\\[0\\]\\.${place}`),
      );
    });
  }
});

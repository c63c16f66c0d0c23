import assert from "node:assert/strict";
import fc from "fast-check";
import { projectConfig } from "../../manifests/kargo.ts";
import type { Plan } from "../../model/plan.ts";
import { catalogueText, planOf, problemsOf, service, stackText } from "../sources.ts";

const CATALOGUE = catalogueText({ nginx: service("nginx"), auth: service("auth") });
const frozen = (freeze: string) => stackText({ rollout: `{ freeze: [${freeze}] }` });
const at = (freeze: string, now: string) => planOf(CATALOGUE, frozen(freeze), new Date(now));

/** The Stages with auto-promotion in the ProjectConfigs: `service/stage`. */
function promoting({ services }: Plan): string[] {
  return services.flatMap((one) =>
    projectConfig(one)
      .spec.promotionPolicies.filter(({ autoPromotionEnabled }) => autoPromotionEnabled)
      .map(({ stageSelector }) => `${one.name}/${stageSelector.name}`),
  );
}

const ALL = ["nginx/dev", "nginx/staging", "auth/dev", "auth/staging"];

describe("a freeze", () => {
  it("turns auto-promotion off for its Stages and services", () => {
    const plan = at(
      "{ stages: [staging], services: [auth], until: 2026-12-31, reason: x }",
      "2026-12-01T00:00:00Z",
    );
    assert.deepEqual(
      promoting(plan),
      ALL.filter((one) => one !== "auth/staging"),
    );
  });

  it("covers all Stages without stages, and all services without services", () => {
    assert.deepEqual(promoting(at("{ services: [auth], until: 2026-12-31, reason: x }", "2026-12-01")), [
      "nginx/dev",
      "nginx/staging",
    ]);
    assert.deepEqual(promoting(at("{ stages: [dev], until: 2026-12-31, reason: x }", "2026-12-01")), [
      "nginx/staging",
      "auth/staging",
    ]);
    assert.deepEqual(promoting(at("{ until: 2026-12-31, reason: x }", "2026-12-01")), []);
  });

  it("changes only the ProjectConfig", () => {
    const [before, after] = ["", "{ until: 2026-12-31, reason: x }"].map((freeze) =>
      at(freeze, "2026-12-01"),
    );
    assert.ok(before && after);
    const without = ({ freezes: _, ...plan }: Plan) =>
      JSON.stringify(plan).replaceAll(/"autoPromotion":(true|false)/g, "");
    assert.equal(without(after), without(before));
  });

  it("lasts through its last day in UTC, and is over the next day", () => {
    const freeze = "{ until: 2026-12-31, reason: x }";
    assert.deepEqual(promoting(at(freeze, "2026-12-31T23:59:59.999Z")), []);
    assert.deepEqual(promoting(at(freeze, "2027-01-01T00:00:00Z")), ALL);
  });

  it("ends at its time if it has one", () => {
    const freeze = "{ until: '2026-12-31T18:00:00+01:00', reason: x }";
    assert.deepEqual(promoting(at(freeze, "2026-12-31T16:59:59Z")), []);
    assert.deepEqual(promoting(at(freeze, "2026-12-31T17:00:00Z")), ALL);
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

  it("keeps a Stage frozen as long as any freeze covers it", () => {
    const two = "{ until: 2026-11-30, reason: x }, { stages: [dev], until: 2026-12-31, reason: y }";
    assert.deepEqual(promoting(at(two, "2026-12-15")), ["nginx/staging", "auth/staging"]);
  });

  it("is refused with an unknown Stage or service", () => {
    const problems = problemsOf(
      CATALOGUE,
      frozen("{ stages: [stagign, eu], services: [ngnix], until: 2026-12-31, reason: x }"),
    );
    assert.deepEqual(
      problems.map((problem) => problem.replace(/^[^ ]+ {2}/, "")),
      [
        'config.kargo-fleet:rollout.freeze[0].stages[0]  "stagign" is not a stage of any pipeline (there are: dev, staging, prod). Did you mean "staging"?',
        'config.kargo-fleet:rollout.freeze[0].stages[1]  "eu" is not a stage of any pipeline (there are: dev, staging, prod). Use one of these.',
        'config.kargo-fleet:rollout.freeze[0].services[0]  "ngnix" is not a service of the catalogue. Did you mean "nginx"?',
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

  it("is refused without a reason", () => {
    assert.match(
      problemsOf(CATALOGUE, frozen("{ until: 2026-12-31 }")).join(),
      /rollout\.freeze\[0\]\.reason {2}is missing/,
    );
  });

  it("is refused with an empty list, which would look like everything", () => {
    assert.match(
      problemsOf(CATALOGUE, frozen("{ services: [], until: 2026-12-31, reason: x }")).join(),
      /rollout\.freeze\[0\]\.services/,
    );
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { ageOf, type Filters, filtered } from "../../status/filters.ts";
import type { FleetStatus, ServiceStatus, Wait } from "../../status/fleet-status.ts";
import { ago, fleet, service, stage } from "./page/sample-fleet.ts";
import { HELD, statusOfItems } from "./recorded-fleet.ts";

const NONE: Filters = { waiting: false, failed: false };
const HELD_STATUS = statusOfItems(HELD);
const names = (status: FleetStatus) => status.services.map(({ service }) => service);

const waits = fc.array(
  fc.record({
    kind: fc.constantFrom<Wait["kind"]>("promotion", "sync", "soak", "verification", "closed", "failure"),
    version: fc.constant({ freight: "f", tag: "v1" }),
  }),
  { maxLength: 2 },
);
const days = fc.integer({ min: 0, max: 60 });
const since = (days: number) => ({ version: { freight: "f", tag: "v1", since: ago(days * 86_400) } });
const services = fc
  .tuple(fc.uuid(), fc.constantFrom("edge", "identity"), waits, days, fc.option(days, { nil: undefined }))
  .map(([name, team, waits, dev, prod]) => {
    const last = { after: ["dev"], waits, ...(prod !== undefined && since(prod)) };
    return service(name, { team, stages: [stage("dev", since(dev)), stage("prod", last)] });
  });
const status = fc.array(services, { maxLength: 8 }).map((all) => fleet(all));
const filters = fc.record({
  teams: fc.option(fc.subarray(["edge", "identity"]), { nil: undefined }),
  waiting: fc.boolean(),
  failed: fc.boolean(),
  stale: fc.option(
    days.map((count) => count * 86_400),
    { nil: undefined },
  ),
});

describe("the filters of a status", () => {
  it("without any let everything pass", () => {
    fc.assert(fc.property(status, (all) => assert.deepEqual(filtered(all, NONE), all)));
  });

  it("only remove services, and the same ones in any order and again", () => {
    fc.assert(
      fc.property(status, filters, (all, given) => {
        const once = filtered(all, given);
        assert.deepEqual(filtered(once, given), once);
        const inTurn = [
          { ...NONE, teams: given.teams },
          { ...NONE, waiting: given.waiting },
          { ...NONE, failed: given.failed },
          { ...NONE, stale: given.stale },
        ].reduceRight(filtered, all);
        assert.deepEqual(inTurn, once);
      }),
    );
  });

  it("show fewer services for a longer wait, and no others", () => {
    fc.assert(
      fc.property(status, days, days, (all, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const kept = new Set(names(filtered(all, { ...NONE, stale: low * 86_400 })));
        for (const name of names(filtered(all, { ...NONE, stale: high * 86_400 }))) assert.ok(kept.has(name));
      }),
    );
  });

  for (const [what, given, expected] of [
    ["waiting for a person", { waiting: true }, ["api-gw", "auth", "nginx"]],
    ["failed", { failed: true }, ["auth"]],
    ["of a team", { teams: ["edge"] }, ["api-gw", "nginx"]],
    ["without a delivery for a minute", { stale: 60 }, ["api-gw", "nginx"]],
    ["without a delivery for a day", { stale: 86_400 }, []],
  ] as const)
    it(`find the recorded services ${what}`, () => {
      assert.deepEqual(names(filtered(HELD_STATUS, { ...NONE, ...given })), expected);
    });

  it("keep a service that could not be read, because nobody knows", () => {
    const [first] = HELD_STATUS.services;
    const unreadable = { ...first, stages: [], unreadable: "forbidden" } as ServiceStatus;
    assert.deepEqual(names(filtered({ ...HELD_STATUS, services: [unreadable] }, { ...NONE, failed: true })), [
      "api-gw",
    ]);
  });
});

describe("the age of --stale", () => {
  it("is any number of weeks and days, and a duration", () => {
    const part = fc.integer({ min: 0, max: 99 });
    fc.assert(
      fc.property(part, part, part, (weeks, days, hours) => {
        assert.equal(ageOf(`${weeks}w${days}d${hours}h`), ((weeks * 7 + days) * 24 + hours) * 3600);
      }),
    );
  });

  it("is a number or a sentence for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9wdhms]{0,6}$/)), (text) => {
        const age = ageOf(text);
        if (typeof age === "number") assert.ok(age >= 0 && /^([0-9.]+[wdhms])+$/.test(text), text);
        else assert.match(age, /^It must be a duration such as /);
      }),
    );
  });
});

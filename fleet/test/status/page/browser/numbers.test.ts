import assert from "node:assert/strict";
import fc from "fast-check";
import {
  deploymentsPerWeek,
  failureRate,
  histogram,
  lastLeadTimes,
  leadTimesByStage,
  quantile,
} from "../../../../status/page/browser/numbers.ts";
import { pageData } from "../../../../status/page/page-data.ts";
import { AT, ago, fleet, service, version } from "../sample-fleet.ts";

const DAY = 86_400;
const paged = (...services: Parameters<typeof fleet>[0]) => pageData(fleet(services)).services;

describe("the numbers of the status page", () => {
  it("has at least the share of all values at or below a quantile, and fewer below it", () => {
    const values = fc.array(fc.nat(), { minLength: 1 }).map((all) => all.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.9), (sorted, share) => {
        const found = quantile(sorted, share) ?? Number.NaN;
        assert.ok(sorted.filter((value) => value <= found).length >= share * sorted.length);
        assert.ok(sorted.filter((value) => value < found).length < share * sorted.length);
      }),
    );
    assert.equal(quantile([], 0.5), undefined);
  });

  it("counts every value in one bar", () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 60 }), (values, bars) => {
        const counts = histogram(values, bars, 10, 86_400);
        assert.equal(counts.length, bars);
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          values.length,
        );
      }),
    );
  });

  it("counts deployments from the earliest Promotion that is left, and at least one day", () => {
    const often = (succeeded: number, seconds: number) => {
      const [each] = paged(service("nginx", { deliveries: { succeeded, failed: 0, since: ago(seconds) } }));
      return each && deploymentsPerWeek(each, AT);
    };
    assert.equal(often(6, 14 * DAY), 3);
    assert.equal(often(1, 60), 7);
    const [quiet] = paged(service("quiet"));
    assert.equal(quiet && deploymentsPerWeek(quiet, AT), undefined);
  });

  it("counts failures of all Promotions to the last Stages", () => {
    const deliveries = (succeeded: number, failed: number) => ({ deliveries: { succeeded, failed } });
    assert.equal(failureRate([deliveries(3, 1), deliveries(0, 0), deliveries(4, 0)]), 0.125);
    assert.equal(failureRate([deliveries(0, 0)]), undefined);
  });

  it("takes a service's lead times from its last Stages, and the fleet's by Stage", () => {
    const time = (stage: string, seconds: number) => ({ stage, seconds, version: version(1, 1) });
    const services = paged(
      service("nginx", { leadTimes: [time("dev", 60), time("prod", 900), time("prod", 300)] }),
      service("auth", { leadTimes: [time("__proto__", 5), time("dev", 30)] }),
    );
    assert.deepEqual(services[0] && lastLeadTimes(services[0]), [300, 900]);
    assert.deepEqual(
      [...leadTimesByStage(services)],
      [
        ["__proto__", [5]],
        ["dev", [30, 60]],
        ["prod", [300, 900]],
      ],
    );
  });
});

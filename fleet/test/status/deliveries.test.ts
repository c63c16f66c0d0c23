import assert from "node:assert/strict";
import { HELD, statusOfItems } from "./recorded-fleet.ts";

describe("the deliveries of recorded objects", () => {
  it("measures from the push to the first Promotion to each Stage", () => {
    const { leadTimes } = statusOfItems(HELD).services[2] ?? {};
    assert.deepEqual(
      leadTimes?.map(({ stage, version, seconds }) => [stage, version.commit, seconds]),
      [
        ["dev", "abc1234", 87],
        ["dev", "ddd1234", 42],
        ["staging", "abc1234", 92],
        ["staging", "ddd1234", 45],
        ["prod", "abc1234", 100],
      ],
    );
  });

  it("counts the Promotions to the last Stages only", () => {
    const [apiGw, auth, nginx] = statusOfItems(HELD).services.map(({ deliveries }) => deliveries);
    assert.deepEqual(apiGw, { succeeded: 0, failed: 0 });
    assert.deepEqual(auth, { succeeded: 0, failed: 0 });
    assert.deepEqual(nginx, { succeeded: 1, failed: 0, since: "2026-11-28T13:38:38Z" });
  });
});

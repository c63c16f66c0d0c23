import assert from "node:assert/strict";
import fc from "fast-check";
import { eventSource } from "../../manifests/argo-events.ts";
import { sensor } from "../../manifests/build-sensor.ts";
import { groupsFor, sensorBytes, TRIGGER_LIMIT } from "../../model/trigger-size.ts";
import { rawSources, toSources } from "../generated-catalogues.ts";
import { catalogueOf, planOf, problemsOf, stackText } from "../sources.ts";
import { many, triggersOf, WEBHOOKS } from "./many-services.ts";

const base64 = (object: object) => Buffer.from(JSON.stringify(object)).toString("base64").length;

describe("groups of triggers", () => {
  it("hold 1,000 services in 32 groups, with each EventSource and Sensor under 131,000 bytes of base64", () => {
    const { groups, path } = triggersOf(many(1000), { webhooks: WEBHOOKS("groups: 32") });
    assert.equal(groups.length, 32);
    const sizes = groups.flatMap((group) => [
      base64(sensor(group, false)),
      base64(eventSource(group, path, "0123456789abcdef")),
    ]);
    assert.ok(Math.max(...sizes) < 0.85 * TRIGGER_LIMIT, `${Math.max(...sizes)} bytes`);
  });

  it("do not move a service when one is added or removed: exactly one group changes", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const property = fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 40 }), (names) => {
      const [added, ...others] = names;
      const entries = (list: readonly string[]) => Object.fromEntries(list.map((one) => [one, {}]));
      const before = new Map(triggersOf(entries(others)).groups.map((group) => [group.name, group]));
      const after = triggersOf(entries(names)).groups;
      const changed = after.filter(
        (group) => JSON.stringify(group) !== JSON.stringify(before.get(group.name)),
      );
      assert.equal(changed.length, 1);
      assert.ok(changed[0]?.builds.some((build) => build.service === added));
      // Existing groups keep their place, whatever the order of the catalogue.
      for (const group of before.values()) assert.ok(after.some((one) => one.name === group.name));
    });
    fc.assert(property, { numRuns: 50 });
  });

  it("are at most as long as the model's estimate, and not much shorter", () => {
    const property = fc.property(rawSources({ services: 12 }), (raw) => {
      const { catalogue, stack } = toSources({
        ...raw,
        stack: { ...raw.stack, platform: true, rollout: {} },
      });
      if (problemsOf(catalogue, stack).length > 0) return;
      const triggers = planOf(catalogue, stack).platform?.buildTriggers;
      for (const group of triggers?.groups ?? []) {
        const reckoned = sensorBytes(group.builds);
        const own = base64(sensor(group, triggers?.organizationHook !== undefined));
        assert.ok(own <= reckoned, `${own} bytes, reckoned ${reckoned}`);
        assert.ok(reckoned < own * 1.35, `${own} bytes, reckoned ${reckoned}`);
        const source = base64(eventSource(group, triggers?.path ?? "", "0123456789abcdef"));
        assert.ok(source <= reckoned, `an EventSource of ${source} bytes, its Sensor reckoned ${reckoned}`);
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("that are too large are refused, with a sufficient number of groups", () => {
    const problems = problemsOf(catalogueOf(many(200)), stackText({ webhooks: WEBHOOKS("groups: 1") }));
    assert.match(
      problems.join(),
      /kargo-fleet:webhooks\.groups {2}of 1 groups, github-00 has 200 services: .* Set it to (\d+)/,
    );
    const wanted = /Set it to (\d+)/.exec(problems.join())?.[1];
    assert.deepEqual(
      problemsOf(catalogueOf(many(200)), stackText({ webhooks: WEBHOOKS(`groups: ${wanted}`) })),
      [],
    );
  });

  it("stay under 60 % of the limit at the recommended number, even in a group 1.5 times the average", () => {
    for (const total of [10_000, 500_000, 2_500_000, 5_000_000]) {
      const groups = groupsFor(total);
      assert.ok((total / groups) * 1.5 <= TRIGGER_LIMIT * 0.6, `${groups} groups for ${total} bytes`);
    }
  });

  it("contain all shards' services in the platform's stack", () => {
    const services = many(20);
    const names = (keys: Record<string, string>) =>
      triggersOf(services, keys).groups.flatMap(({ builds }) => builds.map(({ service: name }) => name));
    assert.deepEqual(names({ rollout: "{ shard: { index: 1, of: 3 } }" }), names({}));
  });

  it("are deleted with the last of their services", () => {
    const one = triggersOf({ a: { state: "decommissioned" } });
    assert.deepEqual([one.groups[0]?.removing, one.namespaces[0]?.removing], [true, true]);
    const webhooks = WEBHOOKS("groups: 1");
    const two = triggersOf({ a: { state: "decommissioned" }, b: {} }, { webhooks });
    assert.deepEqual([two.groups[0]?.removing, two.namespaces[0]?.removing], [false, false]);
  });
});

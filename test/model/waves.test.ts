import assert from "node:assert/strict";
import fc from "fast-check";
import { wavesOf } from "../../model/waves.ts";

const service = (name: string, labels: Readonly<Record<string, string>> = {}) => ({ name, labels });
const MANY = Array.from({ length: 200 }, (_, index) => service(`s${index}`));

describe("waves of services", () => {
  it("are the ones with the labels, then a share, then the rest", () => {
    const all = [...MANY, service("first", { tier: "canary" })];
    const waves = wavesOf(all, [{ labels: { tier: "canary" } }, { percent: 10 }]);
    assert.deepEqual(
      waves.map(({ name }) => name),
      ["tier=canary", "10 %", "the rest"],
    );
    assert.deepEqual(waves[0]?.services, ["first"]);
    const share = waves[1]?.services.length ?? 0;
    assert.ok(share > 5 && share < 40, `${share} of 200`);
  });

  it("are one wave of everything without rules", () => {
    assert.deepEqual(wavesOf([service("a")], []), [{ name: "everything", services: ["a"] }]);
  });

  it("leave out rules that select nothing, but never the last wave", () => {
    const waves = wavesOf([service("a")], [{ names: ["a"] }, { names: ["b"] }]);
    assert.deepEqual(waves, [
      { name: "a", services: ["a"] },
      { name: "the rest", services: [] },
    ]);
  });

  const rules = fc.array(
    fc.oneof(
      fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
      fc.record({ labels: fc.constantFrom({ tier: "a" }, { tier: "b" }, { tier: "a", zone: "x" }) }),
      fc.record({ names: fc.array(fc.constantFrom("s1", "s2", "s3"), { minLength: 1 }) }),
    ),
    { maxLength: 4 },
  );
  const services = fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^s[a-z0-9]{0,3}$/),
      labels: fc.constantFrom({}, { tier: "a" }, { tier: "b", zone: "x" }),
    }),
    { selector: ({ name }) => name, maxLength: 30 },
  );

  it("contain each service exactly once, whatever the order of the catalogue", () => {
    fc.assert(
      fc.property(services, rules, fc.infiniteStream(fc.nat()), (all, given, random) => {
        const waves = wavesOf(all, given);
        assert.deepEqual(waves.flatMap((wave) => wave.services).sort(), all.map(({ name }) => name).sort());
        const shuffled = all
          .map((each) => ({ each, at: random.next().value as number }))
          .sort((one, other) => one.at - other.at)
          .map(({ each }) => each);
        assert.deepEqual(wavesOf(shuffled, given), waves);
      }),
    );
  });

  it("of a higher percentage contain those of a lower one", () => {
    fc.assert(
      fc.property(services, fc.integer({ min: 1, max: 99 }), (all, percent) => {
        const first = (share: number) =>
          new Set(wavesOf(all, [{ percent: share }, { percent: 100 }])[0]?.services);
        const lower = wavesOf(all, [{ percent }]);
        if (lower.length === 1) return;
        assert.ok([...(lower[0]?.services ?? [])].every((name) => first(percent + 1).has(name)));
      }),
    );
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { provisioned } from "../../model/provisioned.ts";
import { sampled } from "../sampling.ts";
import { stage } from "../sources.ts";
import { type Entries, type Keys, pipelines, planned, said } from "./ups.ts";

const EDITS = sampled(10_000, 3_000);

describe("the loss check", () => {
  it(`reports every active service and stage that ${EDITS} edits remove, and no other`, function () {
    this.timeout(120_000);
    const names = ["svc-1", "svc-2", "svc-3", "svc-4", "svc-5"];
    const selector = fc.constantFrom(...names).map((name) => `{ names: [${name}] }`);
    const entry = fc.record({
      state: fc.constantFrom("active", "active", "decommissioned"),
      labels: fc.constantFrom({}, { tier: "critical" }),
      pipeline: fc.constantFrom("standard", "standard", "light"),
      repository: fc.constantFrom(undefined, undefined, "moved"),
    });
    const files = fc.record({
      entries: fc.array(fc.option(entry, { freq: 4 }), { minLength: 5, maxLength: 5 }),
      percent: fc.constantFrom(100, 100, 60, 30, 0),
      include: fc.option(selector, { freq: 1, nil: "" }),
      exclude: fc.option(selector, { freq: 1, nil: "{ labels: { tier: critical } }" }),
      qa: fc.constantFrom("", stage("qa", ", after: [dev]"), stage("qa", ", after: [dev], state: retired")),
    });
    type Files = typeof files extends fc.Arbitrary<infer Value> ? Value : never;
    const written = ({ entries, percent, include, exclude, qa }: Files): readonly [Entries, Keys] => {
      const all = names.flatMap((name, index) => {
        const found = entries[index];
        return found
          ? [[name, { ...found, repository: `acme/${found.repository ?? "x"}-${index}` }] as const]
          : [];
      });
      const there = new Set(all.map(([name]) => name));
      const critical = all.some(([, { labels }]) => "tier" in labels);
      const known = (one: string) => {
        const name = /svc-\d/.exec(one)?.[0];
        return (name === undefined ? one === "" || critical : there.has(name)) ? [one] : [];
      };
      const rollout = `{ percent: ${percent}, include: [${known(include)}], exclude: [${known(exclude)}] }`;
      const stages = [stage("dev"), qa].filter((text) => text !== "");
      return [
        Object.fromEntries(all),
        { rollout, ...pipelines({ standard: stages, light: [stage("dev")] }) },
      ];
    };
    const pool = fc.sample(files, { numRuns: sampled(500, 150), seed: 7 }).map((one) => {
      const next = planned(...written(one));
      return { was: provisioned(next.plan), next };
    });
    const member = fc.nat(pool.length - 1);
    fc.assert(
      fc.property(member, member, (one, other) => {
        const [was, next] = [pool[one]?.was, pool[other]?.next];
        assert.ok(was && next);
        const now = new Map(next.plan.services.map((each) => [each.name, each]));
        const expected = Object.entries(was.services)
          .filter(([name, { state, stages }]) => {
            const left = now.get(name)?.stages.map((each) => each.name);
            const active = Object.keys(stages).filter((each) => stages[each]?.state === "active");
            return state === "active" && (left === undefined || active.some((each) => !left.includes(each)));
          })
          .map(([name]) => name);
        const named =
          said(was, next)
            .join("\n")
            .match(/svc-\d/g) ?? [];
        assert.deepEqual([...new Set(named)].sort(), expected.sort());
      }),
      { numRuns: EDITS },
    );
  });
});

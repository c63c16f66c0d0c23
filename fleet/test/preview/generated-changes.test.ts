import assert from "node:assert/strict";
import fc from "fast-check";
import { platformObjects, serviceObjects } from "../../../manifests/inventory/objects.ts";
import { filesOfService, serviceValues } from "../../../manifests/values-file.ts";
import type { Plan } from "../../../model/plan.ts";
import { type RawSources, rawSources, toSources } from "../../../test/generated-catalogues.ts";
import { sampled } from "../../../test/sampling.ts";
import { BUILDS } from "../../../test/sources.ts";
import { names, only, type Texts, texts } from "./compared-texts.ts";

describe("for any two catalogues", () => {
  /** A catalogue, and the same after replacing parts of it by those of another. */
  const edited: fc.Arbitrary<readonly [RawSources, RawSources]> = fc
    .record({
      one: rawSources(),
      other: rawSources({ services: 5 }),
      keys: fc.array(fc.nat({ max: 12 }), { maxLength: 2 }),
      mixed: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
      gone: fc.boolean(),
    })
    .map(({ one, other, keys, mixed, gone }) => {
      const known = Object.keys(other.stack).filter((key) => key !== "pipelines" && key !== "registry");
      const taken = keys.flatMap((key) => known[key] ?? []).map((key) => [key, other.stack[key]]);
      const details = Object.values(other.catalogue.services) as { warehouse?: object; labels?: object }[];
      const services = Object.entries(one.catalogue.services).map(([name, of], index) => {
        const { warehouse, labels = { tier: "x" } } = details[index] ?? {};
        return [
          name,
          { ...Object(of), ...(mixed.includes(index) && { labels, ...(warehouse && { warehouse }) }) },
        ];
      });
      const kept = Object.fromEntries(gone ? services.slice(1) : services);
      const stack = { ...one.stack, ...Object.fromEntries(taken) };
      return [one, { catalogue: { ...one.catalogue, services: kept }, stack }] as const;
    });

  const files = (sources: RawSources): Texts => {
    const { catalogue, stack } = toSources(sources);
    return { "services.json": catalogue, "Pulumi.test.yaml": stack };
  };

  /** All objects of a service, as text. */
  function rendered({ services }: Plan): Map<string, string> {
    return new Map(
      services.map((one) => [
        one.name,
        JSON.stringify([serviceObjects(one), filesOfService(one.name, serviceValues(one)), one.webhook]),
      ]),
    );
  }

  it("a change in rendered objects is never missed: affected services include all with changed objects", () => {
    const seen = { services: 0, shared: 0 };
    fc.assert(
      fc.property(edited, ([base, head]) => {
        const { change } = only(files(base), files(head));
        const { before, after } = change;
        if (!before || !after) return;
        const [was, is] = [rendered(before), rendered(after)];
        const affected = new Set(change.services.map(({ service }) => service));
        for (const name of new Set([...was.keys(), ...is.keys()])) {
          if (was.get(name) === is.get(name)) continue;
          seen.services++;
          assert.ok(affected.has(name), `${name} differs and is not affected`);
        }
        const shared = (plan: Plan) =>
          (plan.platform ? platformObjects(plan.platform) : []).map((object) => JSON.stringify(object));
        const differs = shared(before).sort().join() !== shared(after).sort().join();
        if (differs) seen.shared++;
        assert.equal(change.shared.length > 0, differs);
      }),
      { numRuns: sampled(600, 100) },
    );
    assert.ok(seen.services > 15 && seen.shared > 3, JSON.stringify(seen));
  });

  it("one changed service among 1,000 is the only affected one", () => {
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`service-${index}`, {}] as const),
    );
    const keys = { builds: BUILDS };
    const { change, whole } = only(
      texts(many, keys),
      texts({ ...many, "service-500": { labels: { tier: "critical" } } }, keys),
    );
    assert.deepEqual(names(change), ["update service-500"]);
    assert.deepEqual([change.shared, whole], [[], undefined]);
  });
});

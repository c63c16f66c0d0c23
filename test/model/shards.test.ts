import assert from "node:assert/strict";
import fc from "fast-check";
import { makePlan, planShards } from "../../model/plan.ts";
import { provisionedSchema } from "../../model/provisioned.ts";
import { shardText } from "../../model/shard-file.ts";
import { unsettled } from "../../model/shard-problems.ts";
import { shardOf, shardStack, shardsOf } from "../../model/shards.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import {
  catalogueOf,
  NOW,
  planOf,
  problemsOf,
  readCatalogueText,
  readStackText,
  stackText,
} from "../sources.ts";

const SERVICES = Array.from({ length: 1000 }, (_, index) => `service-${index}`);
const CATALOGUE = catalogueOf(SERVICES);
const selected = (rollout: string) =>
  planOf(CATALOGUE, stackText({ rollout })).services.map(({ name }) => name);

describe("shards", function () {
  this.timeout(60_000);

  it("divide 1,000 services evenly, each in exactly one shard", () => {
    for (const count of [1, 2, 3, 7]) {
      const shards = Array.from({ length: count }, (_, index) =>
        selected(`{ shard: { index: ${index + 1}, of: ${count} } }`),
      );
      assert.deepEqual(shards.flat().sort(), [...SERVICES].sort());
      for (const shard of shards)
        assert.ok(Math.abs(shard.length - 1000 / count) < 60, `${shard.length} of ${count}`);
    }
  });

  it("divide what include, exclude and percent select", () => {
    const all = selected("{ percent: 40 }");
    const shards = [1, 2].map((index) => selected(`{ percent: 40, shard: { index: ${index}, of: 2 } }`));
    assert.deepEqual(shards.flat().sort(), [...all].sort());
  });

  it("give services to a new shard, and move none between the others", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), (name, of) => {
        const [before, after] = [shardOf(name, of), shardOf(name, of + 1)];
        assert.ok(after === before || after === of + 1);
      }),
    );
  });

  it("are numbered from 1, and no higher than there are", () => {
    for (const shard of [
      "{ index: 0, of: 2 }",
      "{ index: 3, of: 2 }",
      "{ index: 1.5, of: 2 }",
      "{ index: 1 }",
    ])
      assert.match(
        problemsOf(catalogueOf({}), stackText({ rollout: `{ shard: ${shard} }` })).join(),
        /rollout\.shard/,
      );
  });
});

describe("percent", () => {
  it("of 1,000 services only adds services when it is raised", () => {
    let before: string[] = [];
    for (const percent of [0, 1, 5, 25, 50, 99, 100]) {
      const now = selected(`{ percent: ${percent} }`);
      assert.deepEqual(
        before.filter((name) => !now.includes(name)),
        [],
      );
      before = now;
    }
    assert.equal(before.length, 1000);
  });
});

describe("a shard's stack", () => {
  it("is named after its number from 00, and more shards rename none", () => {
    assert.deepEqual(
      [1, 2, 100, 101, 256].map((index) => shardStack("prod-eu", index)),
      ["prod-eu-00", "prod-eu-01", "prod-eu-99", "prod-eu-100", "prod-eu-255"],
    );
  });

  it("has the plan of its own file, though all shards are planned once", () => {
    const keys = { shards: "5", rollout: "{ percent: 70, exclude: [ { names: [service-7] } ] }" };
    const base = readStackText(stackText(keys), "Pulumi.prod.yaml");
    const catalogue = readCatalogueText(CATALOGUE);
    assert.ok(base.value && catalogue.value);
    const shards = planShards(makePlan(catalogue, base, NOW), "prod", catalogue.value, base.value);
    assert.equal(shards.length, 5);
    for (const [at, shard] of shardsOf("prod", 5).entries()) {
      const own = readStackText(shardText(base.document, shard), `Pulumi.${shardStack("prod", at + 1)}.yaml`);
      assert.deepEqual(shards[at], makePlan(catalogue, own, NOW));
    }
  });
});

describe("a stack with shards", () => {
  const plan = planOf(CATALOGUE, stackText({ shards: "4" }));

  it("plans no service of its own, but the build triggers of the services of all shards", () => {
    assert.deepEqual(plan.services, []);
    const built = plan.platform?.buildTriggers?.groups.flatMap(({ builds }) => builds) ?? [];
    assert.equal(built.length, SERVICES.length);
  });

  it("must keep what the cluster shares, and is no shard itself", () => {
    const wrong = stackText({ shards: "4", platform: "false", rollout: "{ shard: { index: 1, of: 2 } }" });
    assert.deepEqual(
      problemsOf(CATALOGUE, wrong).map((text) => text.split("  ")[1]),
      ["config.kargo-fleet:platform", "config.kargo-fleet:rollout.shard"],
    );
  });

  it("takes 1 to 256 shards", () => {
    for (const shards of ["-1", "1.5", "257", "many"])
      assert.match(problemsOf(CATALOGUE, stackText({ shards })).join(), /kargo-fleet:shards/, shards);
    assert.deepEqual(problemsOf(CATALOGUE, stackText({ shards: "256" })), []);
  });
});

describe("an up of shards", () => {
  const document = parseStackFile("Pulumi.prod-03.yaml", stackText());
  const recorded = (rollout: object, more: object = {}) =>
    provisionedSchema.parse({
      protect: true,
      rollout: { percent: 100, ...rollout },
      services: {},
      hooksOff: [],
      ...more,
    });
  const said = (of: number, record: ReturnType<typeof recorded> | undefined, isBase = false) =>
    unsettled("prod", of, record, document, isBase)
      .map(({ message, fix }) => `${message} ${fix}`)
      .join();

  it("is refused if the services are in another number of shards", () => {
    assert.equal(said(7, recorded({ shards: 7 })), "");
    assert.match(said(7, recorded({ shards: 4 })), /are in 4 shards.*reshard --to 7 prod$/);
    assert.match(said(7, recorded({})), /are in prod itself\..*reshard --to 7 prod$/);
    assert.match(said(7, recorded({ shards: 4 }), true), /reshard --to 7 prod$/);
  });

  it("is refused while a reshard has not ended, in every stack", () => {
    for (const isBase of [true, false])
      assert.match(
        said(7, recorded({ shards: 7 }, { resharding: 4 }), isBase),
        /^a reshard of prod to 4 shards has not ended\. Run: npm run fleet -- reshard --to 4 prod$/,
      );
  });

  it("is refused before the first up of the stack that they belong to", () => {
    assert.match(said(7, undefined), /Run first: pulumi up --stack prod$/);
    assert.equal(said(7, undefined, true), "");
  });

  it("is refused if the stack no longer has the key, which would bring the services back into it", () => {
    assert.match(said(0, recorded({ shards: 4 }), true), /Write kargo-fleet:shards: 4 again\./);
    assert.equal(said(0, recorded({}), true), "");
  });
});

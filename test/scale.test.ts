import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { platformObjects, serviceObjects } from "../manifests/inventory/objects.ts";
import { githubCost } from "../model/costs.ts";
import type { Plan } from "../model/plan.ts";
import { shardOf } from "../model/shards.ts";
import { catalogueOf, planOf, stackText } from "./sources.ts";

const PAGE = readFileSync("docs/scale.md", "utf8");
const SERVICES = [1_000, 5_000] as const;
const SHARD = 50;

/** What one cluster with so many services has. */
interface Scale {
  readonly count: number;
  readonly groups: number;
  readonly plan: Plan;
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `service-${index}`);
const planWith = (catalogue: string, groups: number) =>
  planOf(catalogue, stackText({ webhooks: `{ url: "https://hooks.acme.example", groups: ${groups} }` }));

/** The cells of the page's table by the first cell of their row. */
const ROWS = new Map(
  [...PAGE.matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, what = "", ...cells]) => [
    what,
    cells,
  ]),
);

const number = (value: number) => value.toLocaleString("en-US");
const shardsOf = (count: number) => Math.ceil(count / SHARD);
const atOnce = (count: number) => Math.min(shardsOf(count), 25);
const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);

/** How each row is computed. */
const FORMULAS: Readonly<Record<string, (scale: Scale) => string>> = {
  "Kubernetes objects of the services": ({ plan }) =>
    number(sum(plan.services.map((one) => serviceObjects(one).length))),
  "shared objects": ({ plan }) => number(plan.platform ? platformObjects(plan.platform).length : 0),
  "trigger groups (`webhooks.groups`)": ({ groups }) => number(groups),
  "Stages, and as many Applications": ({ plan }) =>
    number(sum(plan.services.map(({ stages }) => stages.length))),
  "shards of 50 services": ({ count }) => number(shardsOf(count)),
  "services in the fullest shard": ({ count }) => {
    const sizes = Map.groupBy(names(count), (name) => shardOf(name, shardsOf(count)));
    return number(Math.max(...[...sizes.values()].map(({ length }) => length)));
  },
  "all shards, two at a time": ({ count }) => `${Math.ceil((shardsOf(count) * 30) / 2 / 60)} min`,
  "memory of the operator's pods, all at once": ({ count }) => `${shardsOf(count) * 2} GiB`,
  "rounds of the operator": ({ count }) => number(Math.ceil(shardsOf(count) / 25)),
  "requests per second to the API server, at most": ({ count, plan }) =>
    number(atOnce(count) * plan.cluster.qps),
  "one webhook per repository, by GitHub's limits": ({ plan }) => `${githubCost(plan).minutes / 60} h`,
  "one look at the registry for all Warehouses": ({ count }) => `${count / 20} s`,
  "the longest mean reconcile of a Stage that one Kargo controller can afford": ({ count }) =>
    `${(4 * 300_000) / (3 * count)} ms`,
  "one promotion of every service, through one Git branch": ({ count }) =>
    `${Math.round(count / 1.2 / 60)} min`,
};

describe("docs/scale.md", function () {
  this.timeout(120_000);

  it("has no row without a formula, and no formula without a row", () => {
    assert.deepEqual(
      [...ROWS.keys()].filter((what) => !/^on one cluster$|^-+$/.test(what)),
      Object.keys(FORMULAS),
    );
  });

  for (const [column, count] of SERVICES.entries()) {
    it(`says what the program and its formulas give for ${count} services`, () => {
      const [, groups = 0] = [0, Number(ROWS.get("trigger groups (`webhooks.groups`)")?.[column])];
      const scale = { count, groups, plan: planWith(catalogueOf(names(count)), groups) };
      for (const [what, formula] of Object.entries(FORMULAS))
        assert.equal(ROWS.get(what)?.[column], formula(scale), what);
    });
  }

  it("is right that half of the groups would not do for 5,000 services, and none for 10,000", () => {
    assert.throws(() => planWith(catalogueOf(names(5_000)), 128), /of 128 groups.*\[KF074\]/);
    assert.throws(() => planWith(catalogueOf(names(10_000)), 256), /of 256 groups.*\[KF074\]/);
  });
});

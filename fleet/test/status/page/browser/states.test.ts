import assert from "node:assert/strict";
import type { StageStatus } from "../../../../status/fleet-status.ts";
import { itemsOf, lastStages, NEEDS, stateOf } from "../../../../status/page/browser/states.ts";
import { pageData } from "../../../../status/page/page-data.ts";
import { ago, fleet, service, stage, version } from "../sample-fleet.ts";

const next = version(2, 3_600);
const now = version(1, 7_200);

/** What the page says about a service with this one Stage. */
function said(rest: Partial<StageStatus>, whole: Parameters<typeof service>[1] = {}) {
  const [each] = pageData(fleet([service("nginx", { stages: [stage("prod", rest)], ...whole })])).services;
  assert.ok(each);
  const items = itemsOf(each);
  const [only] = each.stages;
  return { items, needs: items.map(({ need }) => need), state: only && stateOf(only, items) };
}

describe("what a Stage needs, on the status page", () => {
  const failed = { promotion: "prod.1", version: next, at: ago(60), reason: "authentication failed" };

  for (const [kind, need] of [
    ["promotion", "promote"],
    ["sync", "sync"],
    ["soak", "soak"],
    ["verification", "soak"],
    ["closed", "closed"],
    ["failure", "stuck"],
  ] as const)
    it(`says ${need} if it waits for ${kind}`, () => {
      const { needs, state } = said({ version: now, waits: [{ kind, version: next }] });
      assert.deepEqual([needs, state], [[need], need]);
    });

  it("lists a failure that leaves it stuck once, with the Promotion's reason", () => {
    const wait = { kind: "failure" as const, version: next, message: "Kargo does not promote it again." };
    const { items } = said({ failed, waits: [wait] });
    assert.deepEqual(
      items.map(({ need, message }) => [need, message]),
      [["stuck", "authentication failed"]],
    );
  });

  it("lists a failure that newer Freight may replace", () => {
    const [item] = said({ failed }).items;
    assert.deepEqual([item?.need, item?.since, item?.message], ["failed", ago(60), "authentication failed"]);
  });

  it("lists a hold with the command that ends it", () => {
    const [item] = said({ holds: [{ actor: "ada", version: now, command: "kargo promote" }] }).items;
    assert.deepEqual([item?.need, item?.command], ["held", "kargo promote"]);
  });

  it("lists drift, and a service or a Warehouse that nobody can use", () => {
    assert.deepEqual(said({ drift: ["spec.promotionTemplate"] }).needs, ["drift"]);
    assert.deepEqual(said({}, { unreadable: "forbidden", warehouse: "no such image" }).needs, [
      "unreadable",
      "warehouse",
    ]);
  });

  it("shows the most urgent need", () => {
    const { state } = said({
      health: "Degraded",
      version: now,
      drift: ["spec"],
      waits: [{ kind: "soak", version: next }],
    });
    assert.equal(state, "unhealthy");
    assert.ok(NEEDS.indexOf("promote") < NEEDS.indexOf("soak"), "what a person must do comes first");
  });

  it("shows the health of a Stage that needs nothing", () => {
    const states = {
      healthy: { version: now },
      progressing: { version: now, health: "Progressing" },
      unknown: { version: now, health: "Unknown" },
      empty: { health: "Unknown" },
      passed: { controlFlow: true, health: "Unknown" },
    } as const;
    for (const [state, rest] of Object.entries(states)) assert.equal(said(rest).state, state);
  });

  it("takes as last the Stages after which none comes, and which deploy", () => {
    const stages = [
      stage("dev"),
      stage("eu", { after: ["dev"] }),
      stage("us", { after: ["dev"] }),
      stage("gate", { after: ["dev"], controlFlow: true }),
    ];
    const [each] = pageData(fleet([service("nginx", { stages })])).services;
    assert.deepEqual(each && lastStages(each).map((last) => last.stage), ["eu", "us"]);
  });
});

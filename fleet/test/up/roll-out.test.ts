import assert from "node:assert/strict";
import fc from "fast-check";
import { filesOf } from "../../../test/files.ts";
import { catalogueText, NOW, service, stackText } from "../../../test/sources.ts";
import { readFleet } from "../../all-stacks.ts";
import { type ClusterStacks, clusterStacks } from "../../cluster-stacks.ts";
import type { StackRun } from "../../up/engine-run.ts";
import { leftOf, recordAfter, type UpRecord } from "../../up/records.ts";
import { type Job, type Known, planStep, runJobs, stepNames, tooManyBroken } from "../../up/roll-out.ts";

type Entries = Readonly<Record<string, object>>;
const CANARY = { labels: { tier: "canary" } };
/** By the hash of their names: the first two are in shard 1, the others in shard 2. */
const SERVICES: Entries = { auth: {}, late: {}, canary: CANARY, cart: {} };

function fleetOf(entries: Entries = SERVICES, waves = "[{ labels: { tier: canary } }]") {
  const shard = (index: number) => ({
    platform: String(index === 1),
    rollout: `{ waves: ${waves}, shard: { index: ${index}, of: 2 } }`,
  });
  const services = Object.fromEntries(
    Object.entries(entries).map(([name, more]) => [name, service(name, more)]),
  );
  return readFleet(
    filesOf({
      "services.json": catalogueText(services),
      "Pulumi.eu-00.yaml": stackText(shard(2)),
      "Pulumi.eu-01.yaml": stackText(shard(1)),
    }),
    NOW,
  );
}

const cluster = (entries?: Entries, waves?: string) => clusterStacks(fleetOf(entries, waves), "eu");
const NOTHING: Known = { records: new Map(), everything: false, done: new Set() };

function planned(of: ClusterStacks, index: number, known: Partial<Known> = {}) {
  const { jobs } = planStep(of, index, { ...NOTHING, ...known });
  return jobs.map(({ stack, parts, services, platform }) => ({
    stack: stack.name,
    parts: parts?.map(({ filter }) => filter),
    services,
    platform,
  }));
}

const WHOLE = { services: [], platform: true, whole: true };

/** The records after everything is up. */
function recordsOf({ stacks }: ClusterStacks, broken: readonly string[] = []): Map<string, UpRecord> {
  return new Map(
    stacks.map(({ name, plan }) => {
      const own = plan.services.map((service) => service.name).filter((service) => broken.includes(service));
      return [name, recordAfter(plan, undefined, "base", { ...WHOLE, broken: new Set(own) })];
    }),
  );
}

describe("the steps of fleet up", () => {
  it("begin with the shared objects, apart from the services of their stack", () => {
    assert.deepEqual(planned(cluster(), 0), [
      {
        stack: "eu-01",
        parts: [{ services: [], platform: true, rest: true }],
        services: [],
        platform: true,
      },
    ]);
  });

  it("bring up a wave's services in each stack that has some, and register the rest without targeting it", () => {
    assert.deepEqual(planned(cluster(), 1), [
      {
        stack: "eu-00",
        parts: [{ services: ["canary"], platform: false, rest: true }],
        services: ["canary"],
        platform: false,
      },
    ]);
  });

  it("end with the whole of each stack", () => {
    const last = planned(cluster(), 2);
    assert.deepEqual(
      last.map(({ stack, parts }) => [stack, parts]),
      [
        ["eu-01", undefined],
        ["eu-00", undefined],
      ],
    );
  });

  it("are two without waves: the platform's whole stack, then the others", () => {
    const all = cluster(SERVICES, "[]");
    assert.deepEqual(stepNames(all), ["the platform", "everything"]);
    assert.deepEqual(
      planned(all, 0).map(({ stack, parts }) => [stack, parts]),
      [["eu-01", undefined]],
    );
    assert.deepEqual(
      planned(all, 1, { done: new Set(["eu-01"]) }).map(({ stack }) => stack),
      ["eu-00"],
    );
  });

  it("skip a stack in which nothing is left, and register only what changed in another", () => {
    const records = recordsOf(cluster());
    const changed = cluster({ ...SERVICES, auth: { warehouse: { interval: "1h" } } });
    assert.deepEqual(
      [0, 1, 2].map((index) => planned(changed, index, { records })),
      [
        [],
        [],
        [
          {
            stack: "eu-01",
            parts: [{ services: ["auth"], platform: false }],
            services: ["auth"],
            platform: false,
          },
        ],
      ],
    );
    assert.equal(planned(changed, 2, { records, everything: true }).length, 2);
  });

  it("bring up the whole stack again after a removal, and while a service is being removed", () => {
    const records = recordsOf(cluster());
    const { cart: _, ...without } = SERVICES;
    assert.deepEqual(
      planned(cluster(without), 2, { records }).map(({ stack, parts }) => [stack, parts]),
      // The shared triggers of the other stack change too.
      [
        ["eu-01", undefined],
        ["eu-00", undefined],
      ],
    );
    const leaving = cluster({ ...SERVICES, cart: { state: "decommissioned" } });
    const again = planned(leaving, 2, { records: recordsOf(leaving) });
    assert.ok(again.some(({ stack, parts }) => stack === "eu-00" && parts === undefined));
  });

  it("try a broken service again", () => {
    const records = recordsOf(cluster(), ["cart"]);
    assert.deepEqual(
      planned(cluster(), 2, { records }).map(({ services }) => services),
      [["cart"]],
    );
  });

  it("never target a service that is being removed", () => {
    const leaving = cluster({ ...SERVICES, canary: { ...CANARY, state: "decommissioned" } });
    assert.deepEqual(planned(leaving, 1), []);
  });
});

describe("the record of an up", () => {
  const names = ["auth", "late", "shop", "mail"];
  const run = fc.record({
    services: fc.subarray(names),
    platform: fc.boolean(),
    whole: fc.boolean(),
    broken: fc.subarray(names).map((some) => new Set(some)),
  });

  it("names for the next run exactly what no run has made", () => {
    const { stacks } = clusterStacks(
      readFleet(
        filesOf({
          "services.json": catalogueText(Object.fromEntries(names.map((name) => [name, service(name)]))),
          "Pulumi.eu.yaml": stackText(),
        }),
        NOW,
      ),
      undefined,
    );
    const plan = stacks[0]?.plan;
    assert.ok(plan);
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 5 }), (runs) => {
        const made = new Set<string>();
        let record: UpRecord | undefined;
        for (const each of runs) {
          record = recordAfter(plan, record, "base", each);
          for (const name of each.whole ? names : each.services) made.add(name);
          for (const name of each.broken) made.delete(name);
        }
        const { services, whole } = leftOf(plan, record);
        assert.deepEqual(services.toSorted(), names.filter((name) => !made.has(name)).sort());
        assert.equal(whole, !runs.some((each) => each.whole));
      }),
    );
  });
});

describe("the record of a stack from which a service left", () => {
  it("asks for another whole up if the service could not be removed", () => {
    const [stack] = cluster().stacks;
    assert.ok(stack);
    const { plan } = stack;
    const left = (broken: string) =>
      leftOf(plan, recordAfter(plan, undefined, "base", { ...WHOLE, broken: new Set([broken]) })).whole;
    assert.equal(left("removed"), true);
    for (const { name } of plan.services) assert.equal(left(name), false);
  });
});

describe("the jobs of a wave", () => {
  const job = (name: string): Job => {
    const [stack] = cluster().stacks;
    assert.ok(stack);
    return { stack: { ...stack, name }, services: [], platform: false, parts: undefined, size: 1 };
  };
  const ran = (stack: string, outcome: StackRun["outcome"]): StackRun => ({
    stack,
    outcome,
    steps: [],
    unchanged: 0,
    errors: [],
    broken: new Map(),
    written: true,
    lost: false,
    milliseconds: 1,
  });

  it("are not begun after a failed one", async () => {
    const jobs = ["a", "b", "c"].map(job);
    const run = async ({ stack: { name } }: Job) => ran(name, name === "a" ? "failed" : "done");
    const { runs, notBegun } = await runJobs(jobs, { run, parallel: 1, stopped: () => false });
    assert.deepEqual([runs.map(({ stack }) => stack), notBegun], [["a"], ["b", "c"]]);
  });

  it("stop what follows if a larger share of the wave's services is broken than --max-broken permits", () => {
    const services = ["auth", "late", "canary", "cart"];
    // Only what is left is in a job; the share is of the whole wave.
    const step = { services, jobs: [{ ...job("a"), services: ["auth", "late"] }] };
    const broken = new Set(["auth", "late", "elsewhere"]);
    assert.deepEqual(tooManyBroken(step, broken, 50), []);
    assert.deepEqual(tooManyBroken(step, broken, 49), ["2 of 4 services could not be made"]);
    assert.deepEqual(tooManyBroken(step, new Set(), 0), []);
  });

  it("go on after one with broken services", async () => {
    const run = async ({ stack: { name } }: Job) => ran(name, "broken");
    const { runs } = await runJobs(["a", "b"].map(job), { run, parallel: 1, stopped: () => false });
    assert.equal(runs.length, 2);
  });
});

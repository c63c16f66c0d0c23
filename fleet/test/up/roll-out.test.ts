import assert from "node:assert/strict";
import fc from "fast-check";
import { filesOf } from "../../../test/files.ts";
import { catalogueText, NOW, planOf, service, stackText } from "../../../test/sources.ts";
import { readFleet } from "../../all-stacks.ts";
import { type ClusterStacks, clusterStacks } from "../../cluster-stacks.ts";
import { leftOf, recordAfter, type UpRecord } from "../../up/records.ts";
import { type Job, type Known, planStep, runJobs, stepNames, tooManyBroken } from "../../up/roll-out.ts";
import { stackRun } from "./stack-run.ts";

type Entries = Readonly<Record<string, object>>;
const CANARY = { labels: { tier: "canary" } };
/** By the hash of their names: the first two are in shard 1, the others in shard 2. */
const SERVICES: Entries = { auth: {}, late: {}, canary: CANARY, cart: {} };

function cluster(entries: Entries = SERVICES, waves = "[{ labels: { tier: canary } }]"): ClusterStacks {
  const shard = (index: number) => ({
    platform: String(index === 1),
    rollout: `{ waves: ${waves}, shard: { index: ${index}, of: 2 } }`,
  });
  const services = Object.fromEntries(
    Object.entries(entries).map(([name, more]) => [name, service(name, more)]),
  );
  const files = filesOf({
    "services.json": catalogueText(services),
    "Pulumi.eu-00.yaml": stackText(shard(2)),
    "Pulumi.eu-01.yaml": stackText(shard(1)),
  });
  return clusterStacks(readFleet(files, NOW), "eu");
}

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

/** The stacks of a step; `part of eu-00` if it does not bring up the whole stack. */
const stacksOf = (...step: Parameters<typeof planned>) =>
  planned(...step).map(({ stack, parts }) => (parts ? `part of ${stack}` : stack));

const WHOLE = { services: [], platform: true, whole: true };

/** The records after everything is up. */
function recordsOf({ stacks }: ClusterStacks, broken: readonly string[] = []): Map<string, UpRecord> {
  return new Map(
    stacks.map(({ name, plan }) => {
      const own = plan.services.map((service) => service.name).filter((service) => broken.includes(service));
      return [name, recordAfter(plan, undefined, { ...WHOLE, broken: new Set(own) })];
    }),
  );
}

describe("the steps of fleet up", () => {
  it("begin with the shared objects, apart from the services of their stack", () => {
    const shared = { services: [], platform: true };
    assert.deepEqual(planned(cluster(), 0), [
      { stack: "eu-01", parts: [{ ...shared, rest: true }], ...shared },
    ]);
  });

  it("bring up a wave's services in each stack that has some, and register the rest without targeting it", () => {
    const wave = { services: ["canary"], platform: false };
    assert.deepEqual(planned(cluster(), 1), [{ stack: "eu-00", parts: [{ ...wave, rest: true }], ...wave }]);
  });

  it("end with the whole of each stack", () => {
    assert.deepEqual(stacksOf(cluster(), 2), ["eu-01", "eu-00"]);
  });

  it("are two without waves: the platform's whole stack, then the others", () => {
    const all = cluster(SERVICES, "[]");
    assert.deepEqual(stepNames(all), ["the platform", "everything"]);
    assert.deepEqual(stacksOf(all, 0), ["eu-01"]);
    assert.deepEqual(stacksOf(all, 1, { done: new Set(["eu-01"]) }), ["eu-00"]);
  });

  it("skip a stack in which nothing is left, and register only what changed in another", () => {
    const records = recordsOf(cluster());
    const changed = cluster({ ...SERVICES, auth: { warehouse: { interval: "1h" } } });
    const auth = { services: ["auth"], platform: false };
    assert.deepEqual(
      [0, 1, 2].map((index) => planned(changed, index, { records })),
      [[], [], [{ stack: "eu-01", parts: [auth], ...auth }]],
    );
    assert.equal(planned(changed, 2, { records, everything: true }).length, 2);
  });

  it("bring up the whole stack again after a removal, and while a service is being removed", () => {
    const records = recordsOf(cluster());
    const { cart: _, ...without } = SERVICES;
    // The shared triggers of the other stack change too.
    assert.deepEqual(stacksOf(cluster(without), 2, { records }), ["eu-01", "eu-00"]);
    const leaving = cluster({ ...SERVICES, cart: { state: "decommissioned" } });
    assert.ok(stacksOf(leaving, 2, { records: recordsOf(leaving) }).includes("eu-00"));
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
    const plan = planOf(catalogueText(Object.fromEntries(names.map((name) => [name, service(name)]))));
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 5 }), (runs) => {
        const made = new Set<string>();
        let record: UpRecord | undefined;
        for (const each of runs) {
          record = recordAfter(plan, record, each);
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
      leftOf(plan, recordAfter(plan, undefined, { ...WHOLE, broken: new Set([broken]) })).whole;
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
  it("are not begun after a failed one", async () => {
    const jobs = ["a", "b", "c"].map(job);
    const run = async ({ stack: { name } }: Job) =>
      stackRun({ stack: name, outcome: name === "a" ? "failed" : "done" });
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
    const run = async ({ stack: { name } }: Job) => stackRun({ stack: name, outcome: "broken" });
    const { runs } = await runJobs(["a", "b"].map(job), { run, parallel: 1, stopped: () => false });
    assert.equal(runs.length, 2);
  });
});

import assert from "node:assert/strict";
import { sampled } from "../sampling.ts";
import { succeeds } from "./commands.ts";
import { type Failing, Faults, faultyProxy } from "./interrupted-up/faulty-proxy.ts";
import { assertSettled } from "./interrupted-up/repairs.ts";
import {
  type InterruptibleFleet,
  type InterruptibleStack,
  openInterruptibleFleet,
} from "./interrupted-up/stack.ts";

const API: readonly Failing[] = ["429", "500", "late", "dropped", "lost"];
const GITHUB: readonly Failing[] = ["429", "secondary limit", "502", "dropped", "lost"];
/** So many rounds of `fleet recover` and `up` must do, and so many runs of `fleet recover` in each. */
const ROUNDS = 8;
const RUNS = 4;
/** What `fleet recover` says if it gives up: the object or the hooks, or the engine's step with its errors. */
const GIVEN_UP =
  /could not serve \S+ in 6 attempts; the last answer was|The hooks of \S+ cannot be read|pulumi (preview|import|refresh|up) failed:\n {2}\S/;
const SEEDS = Array.from({ length: sampled(10, 2) }, (_, index) => index + 2);

describe("an up while a tenth of the requests fails", () => {
  const faults = { api: new Faults(), github: new Faults() };
  let fleet: InterruptibleFleet;
  /** What a service has after an `up` without faults. */
  let expected: readonly string[] = [];

  const named = (name: string, objects: Iterable<string>) =>
    [...objects].map((one) => one.replaceAll(name, "(name)"));
  const calm = () => {
    faults.api.stop();
    faults.github.stop();
  };

  before(async () => {
    fleet = await openInterruptibleFleet(
      ["calm", "theirs", "killed", ...SEEDS.flatMap((seed) => [`s${seed}`, `s${seed}-again`])],
      {
        api: (url) => faultyProxy(url, faults.api),
        github: (url) => faultyProxy(url, faults.github),
      },
    );
    const stack = await fleet.open("calm");
    await succeeds(stack.up());
    expected = named("calm", (await stack.objects()).keys());
  });
  after(() => fleet?.close());

  for (const seed of SEEDS) {
    const tries = [`s${seed}`, `s${seed}-again`];

    it(`succeeds, or stops clearly and converges after fleet recover, with the same objects, one hook and no duplicate (seed ${seed})`, async () => {
      const name = tries.shift() ?? "";
      const stack = await fleet.open(name);
      /** The uid of every object that was ever seen. */
      const made = new Map<string, string>();
      const remember = async () => {
        const objects = await stack.objects();
        for (const [object, uid] of made)
          assert.equal(objects.get(object), uid, `${object} was lost or made again`);
        for (const [object, uid] of objects) made.set(object, uid);
        return objects;
      };
      const before = faults.api.seen.length + faults.github.seen.length;
      let rounds = 0;
      try {
        for (let done = false; !done; ) {
          assert.ok(++rounds <= ROUNDS, `not done after ${ROUNDS} rounds`);
          faults.api.start(seed * ROUNDS + rounds, 0.1, API);
          faults.github.start(seed * ROUNDS - rounds, 0.1, GITHUB);
          const { code, output } = await stack.up();
          await remember();
          done = code === 0;
          if (!done) await stopsClearly(stack, output);
          if (!done) await recovered(stack);
        }
      } finally {
        calm();
      }
      // Without faults, this test would prove nothing.
      assert.ok(faults.api.seen.length + faults.github.seen.length > before);
      await succeeds(stack.preview("--expect-no-changes"));
      const objects = await remember();
      assert.deepEqual(named(name, objects.keys()), expected);
      assert.equal(stack.hooks().length, 1);
      await assertSettled(stack, objects);
    });
  }

  /** The message names what failed, nothing stays locked, and no error is one of the program itself. */
  async function stopsClearly(stack: InterruptibleStack, output: string): Promise<void> {
    assert.match(output, /error:/, output);
    assert.doesNotMatch(output, /unhandled|TypeError|at .*\.ts:\d+/i, output);
    assert.deepEqual(await stack.locks(), []);
  }

  /** The faults go on meanwhile. If `fleet recover` gives up, it says what was not answered. */
  async function recovered(stack: InterruptibleStack): Promise<void> {
    for (let runs = 1; ; runs++) {
      const { code, output } = await stack.fleet("recover");
      if (code === 0) return;
      assert.ok(code === 1 && runs < RUNS, output);
      assert.match(output, GIVEN_UP);
      assert.doesNotMatch(output, /TypeError|at .*\.ts:\d+/, output);
    }
  }

  it("is recovered by fleet recover after a kill, while the faults go on, and nothing is lost", async () => {
    const stack = await fleet.open("killed");
    const killed = await stack.up({ victim: "engine", at: 9, moment: "after" });
    assert.notEqual(killed.code, 0, killed.output);
    const before = await stack.objects();
    assert.ok(before.size > 0);
    const seen = faults.api.seen.length;
    faults.api.start(7, 0.1, API);
    faults.github.start(11, 0.1, GITHUB);
    try {
      await recovered(stack);
    } finally {
      calm();
    }
    assert.ok(faults.api.seen.length > seen);
    const objects = await stack.objects();
    for (const [object, uid] of before) assert.equal(objects.get(object), uid, object);
    assert.deepEqual((await stack.checkpoint()).pending, []);
    await succeeds(stack.up());
    assert.equal(stack.hooks().length, 1);
    await assertSettled(stack, await stack.objects());
  });

  it("changes nothing of what fleet audit finds, which reads the cluster and tries rights in dry runs", async () => {
    const stack = await fleet.open("calm");
    const found = async () => {
      const { stdout, output } = await stack.fleet("audit", "--json");
      assert.ok(stdout.startsWith("{"), output);
      return stdout.replace(/"milliseconds": \d+/, "");
    };
    const expected = await found();
    const seen = faults.api.seen.length;
    faults.api.start(3, 0.1, API);
    assert.equal(await found().finally(calm), expected);
    assert.ok(faults.api.seen.length > seen);
  });

  it("reports a field that another field manager owns, and who that is, and never takes it in silence", async () => {
    const stack = await fleet.open("theirs");
    await succeeds(stack.up());
    const interval = () =>
      fleet.kubectl(["get", "warehouse", "theirs", "-n", "kargo-theirs", "-o", "jsonpath={.spec.interval}"]);
    const theirs = {
      apiVersion: "kargo.akuity.io/v1alpha1",
      kind: "Warehouse",
      metadata: { name: "theirs", namespace: "kargo-theirs" },
      spec: { interval: "30m0s" },
    };
    await fleet.kubectl(
      ["apply", "--server-side", "--force-conflicts", "--field-manager=somebody-else", "-f", "-"],
      JSON.stringify(theirs),
    );
    await stack.configure({ warehouse: "{ interval: 1h }" });
    const { code, output } = await stack.up();
    assert.notEqual(code, 0);
    assert.match(output, /theirs\/warehouse[\s\S]*conflict with "somebody-else": \.spec\.interval/);
    assert.equal(await interval(), "30m0s");
  });
});

import assert from "node:assert/strict";
import { sampled } from "../sampling.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type Failing, Faults, faultyProxy } from "./interrupted-up/faulty-proxy.ts";
import {
  type InterruptibleFleet,
  type InterruptibleStack,
  openInterruptibleFleet,
} from "./interrupted-up/stack.ts";

const API: readonly Failing[] = ["429", "500", "late", "dropped", "lost"];
const GITHUB: readonly Failing[] = ["429", "secondary limit", "502", "dropped", "lost"];
/** So many rounds of `fleet recover` and `up` must do. */
const ROUNDS = 8;
const SEEDS = Array.from({ length: sampled(10, 2) }, (_, index) => index + 2);

describe("an up while a tenth of the requests fails", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
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
      ["calm", "theirs", ...SEEDS.flatMap((seed) => [`s${seed}`, `s${seed}-again`])],
      {
        api: (url) => faultyProxy(url, faults.api),
        github: (url) => faultyProxy(url, faults.github),
      },
    );
    const stack = await fleet.open("calm");
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
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
      const again = await stack.preview("--expect-no-changes");
      assert.equal(again.code, 0, again.output);
      const objects = await remember();
      assert.deepEqual(named(name, objects.keys()), expected);
      assert.equal(stack.hooks().length, 1);
      await knowsAll(stack, objects);
    });
  }

  /** The message names what failed, nothing stays locked, and no error is one of the program itself. */
  async function stopsClearly(stack: InterruptibleStack, output: string): Promise<void> {
    assert.match(output, /error:/, output);
    assert.doesNotMatch(output, /unhandled|TypeError|at .*\.ts:\d+/i, output);
    assert.deepEqual(await stack.locks(), []);
  }

  /** With faults `fleet recover` may miss an answer. It says so, and works when the servers answer again. */
  async function recovered(stack: InterruptibleStack): Promise<void> {
    const shaken = await stack.fleet("recover");
    assert.ok(shaken.code === 0 || shaken.code === 1, shaken.output);
    assert.doesNotMatch(shaken.output, /TypeError|at .*\.ts:\d+/, shaken.output);
    calm();
    const { code, output } = await stack.fleet("recover");
    assert.equal(code, 0, output);
  }

  async function knowsAll(stack: InterruptibleStack, objects: ReadonlyMap<string, string>): Promise<void> {
    const { pending, resources } = await stack.checkpoint();
    assert.deepEqual(pending, []);
    const known = resources
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ id, outputs }) => `${outputs?.kind} ${id}`);
    assert.deepEqual(known.sort(), [...objects.keys()].sort());
    assert.equal(resources.filter(({ type }) => type.startsWith("github:")).length, 1);
  }

  it("reports a field that another field manager owns, and who that is, and never takes it in silence", async () => {
    const stack = await fleet.open("theirs");
    const first = await stack.up();
    assert.equal(first.code, 0, first.output);
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

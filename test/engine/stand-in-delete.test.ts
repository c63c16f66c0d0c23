import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { core } from "@pulumi/kubernetes";
import type { Steps } from "./inline-run.ts";
import { discard, kubectl, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { type RecordingProxy, recordingProxy } from "./stand-in-program/recording-proxy.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";

const finalizer = "stand-in.example.dev/hold";
const PROPAGATIONS = [
  [undefined, "Foreground"],
  ["background", "Background"],
  ["orphan", "Orphan"],
] as const;

describe("stand-in: delete", function () {
  this.timeout(60_000);
  let namespace: string;
  let proxy: RecordingProxy;
  let stack: TestStack;
  /** The body of each request to delete an object, by the object's name. */
  const deletes = new Map<string, { readonly propagationPolicy?: string }>();

  const program =
    (stuck: boolean): Program =>
    (provider) => {
      const configMap = (name: string, metadata: object, seconds = 30) => {
        const customTimeouts = { delete: `${seconds}s` };
        const args = { metadata: { name, namespace, ...metadata } };
        new core.v1.ConfigMap(name, args, { provider, customTimeouts });
      };
      configMap("held", { finalizers: [finalizer] });
      if (stuck) configMap("stuck", { finalizers: [finalizer] }, 2);
      configMap("vanished", {});
      for (const [policy, sent] of PROPAGATIONS) {
        const annotations = policy && { "pulumi.com/deletionPropagationPolicy": policy };
        configMap(`dependents-${sent.toLowerCase()}`, { annotations });
      }
    };
  const release = (name: string) => {
    const patch = '{"metadata":{"finalizers":null}}';
    return kubectl("patch", "configmap", name, "-n", namespace, "--type=merge", "-p", patch);
  };

  before(async () => {
    namespace = await scratchNamespace();
    proxy = await recordingProxy();
    stack = await openStack({ kubeconfig: proxy.kubeconfig });
    await stack.up(program(true));
  });
  after(async () => {
    await stack.close();
    await proxy.close();
    await discard(namespace);
  });

  it("gives up after customTimeouts.delete, and names the finalizers that hold the object", async () => {
    await assert.rejects(
      stack.up(program(false)),
      new RegExp(`cannot delete ConfigMap ${namespace}/stuck: after 2s it is still there.*${finalizer}`, "s"),
    );
    assert.match(await stack.state(), /"id":"[^"]*\/stuck"/);
    await release("stuck");
  });

  describe("of the whole stack", () => {
    let done: Steps;
    let finished = false;
    /** Whether it was over while one object was held. */
    let early: boolean;

    before(async () => {
      await kubectl("delete", "configmap", "vanished", "-n", namespace);
      proxy.passed();
      const destroying = stack.destroy().then((steps) => {
        finished = true;
        return steps;
      });
      while (!(await read("configmap", "held", namespace))?.metadata.deletionTimestamp) await pause(100);
      for (const [, sent] of PROPAGATIONS)
        while (await read("configmap", `dependents-${sent.toLowerCase()}`, namespace)) await pause(100);
      await pause(500);
      early = finished;
      await release("held");
      done = await destroying;
      for (const { method, url, body } of proxy.passed())
        if (method === "DELETE")
          deletes.set(new URL(url, "http://proxy").pathname.split("/").at(-1) ?? "", JSON.parse(body()));
    });

    it("waits until the object is gone", async () => {
      assert.equal(early, false);
      assert.equal(done.held, "delete");
      assert.equal(await read("configmap", "held", namespace), undefined);
    });

    it("takes an object that is gone already for deleted", () => {
      assert.equal(done.vanished, "delete");
    });

    for (const [policy, sent] of PROPAGATIONS) {
      it(`deletes dependents by ${sent} propagation when the annotation is ${policy ?? "absent"}`, () => {
        assert.equal(deletes.get(`dependents-${sent.toLowerCase()}`)?.propagationPolicy, sent);
      });
    }
  });
});

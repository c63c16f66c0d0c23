import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { core } from "@pulumi/kubernetes";
import { discard, kubectl, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { recordingProxy } from "./stand-in-program/recording-proxy.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";

const finalizer = "stand-in.example.dev/hold";

describe("stand-in: delete", function () {
  this.timeout(60_000);
  let namespace: string;
  let stack: TestStack;
  before(async () => {
    namespace = await scratchNamespace();
  });
  after(() => discard(namespace));
  beforeEach(async () => {
    stack = await openStack();
  });
  afterEach(() => stack.close());

  const held =
    (name: string, seconds: number): Program =>
    (provider) => {
      const metadata = { name, namespace, finalizers: [finalizer] };
      const customTimeouts = { delete: `${seconds}s` };
      new core.v1.ConfigMap("c", { metadata }, { provider, customTimeouts });
    };
  const release = (name: string) =>
    kubectl(
      "patch",
      "configmap",
      name,
      "-n",
      namespace,
      "--type=merge",
      "-p",
      '{"metadata":{"finalizers":null}}',
    );

  it("waits until the object is gone", async () => {
    await stack.up(held("held", 30));
    let finished = false;
    const destroying = stack.destroy().then((changes) => {
      finished = true;
      return changes;
    });
    while (!(await read("configmap", "held", namespace))?.metadata.deletionTimestamp) await pause(100);
    await pause(500);
    assert.equal(finished, false);
    await release("held");
    assert.deepEqual(await destroying, { delete: 3 });
    assert.equal(await read("configmap", "held", namespace), undefined);
  });

  it("gives up after customTimeouts.delete, and names the finalizers that hold the object", async () => {
    await stack.up(held("stuck", 2));
    await assert.rejects(
      stack.destroy(),
      new RegExp(`cannot delete ConfigMap ${namespace}/stuck: after 2s it is still there.*${finalizer}`, "s"),
    );
    assert.match(await stack.state(), /"id":"[^"]*\/stuck"/);
    await release("stuck");
  });

  const plain =
    (name: string, annotations: Record<string, string> = {}): Program =>
    (provider) => {
      new core.v1.ConfigMap("c", { metadata: { name, namespace, annotations } }, { provider });
    };

  it("takes an object that is gone already for deleted", async () => {
    await stack.up(plain("vanished"));
    await kubectl("delete", "configmap", "vanished", "-n", namespace);
    assert.deepEqual(await stack.destroy(), { delete: 3 });
  });

  for (const [policy, sent] of [
    [undefined, "Foreground"],
    ["background", "Background"],
    ["orphan", "Orphan"],
  ] as const) {
    it(`deletes dependents by ${sent} propagation when the annotation is ${policy ?? "absent"}`, async () => {
      const proxy = await recordingProxy();
      const proxied = await openStack({ kubeconfig: proxy.kubeconfig });
      await proxied.up(plain("dependents", policy ? { "pulumi.com/deletionPropagationPolicy": policy } : {}));
      proxy.passed();
      await proxied.destroy();
      const deletes = proxy.passed().filter(({ method }) => method === "DELETE");
      assert.deepEqual(
        deletes.map(({ body }) => JSON.parse(body()).propagationPolicy),
        [sent],
      );
      await proxied.close();
      await proxy.close();
    });
  }
});

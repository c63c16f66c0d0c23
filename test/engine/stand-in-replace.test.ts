import assert from "node:assert/strict";
import { core, rbac } from "@pulumi/kubernetes";
import { discard, type Live, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";

describe("stand-in: replacement", function () {
  this.timeout(60_000);
  let namespace: string;
  let other: string;
  let stack: TestStack;
  let bound: Live | undefined;

  /** One object for each test, before and after what changes it. */
  const program =
    (step: "before" | "after"): Program =>
    (provider, another) => {
      const first = step === "before";
      const account = (name: string, metadata: object) =>
        new core.v1.ServiceAccount(name, { metadata }, { provider });
      account("named", { name: step, namespace });
      account("moving", { name: "moving", namespace: first ? namespace : other });
      const roleRef = {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: first ? "view" : "edit",
      };
      new rbac.v1.RoleBinding("bound", { metadata: { name: "bound", namespace }, roleRef }, { provider });
      const settings = (name: string) => ({ metadata: { name, namespace }, data: { value: step } });
      new core.v1.ConfigMap("settings", settings("settings"), { provider });
      const mutable = another("mutable", { enableConfigMapMutable: true });
      new core.v1.ConfigMap("mutable-settings", settings("mutable"), { provider: mutable });
    };

  before(async () => {
    namespace = await scratchNamespace();
    other = await scratchNamespace();
    stack = await openStack();
    await stack.up(program("before"));
    bound = await read("rolebinding", "bound", namespace);
    await stack.up(program("after"));
  });
  after(async () => {
    await stack.close();
    await discard(namespace, other);
  });

  it("makes a new object when the name changes, and deletes the old one", async () => {
    assert.equal(stack.steps().named, "replace");
    assert.ok(await read("serviceaccount", "after", namespace));
    assert.equal(await read("serviceaccount", "before", namespace), undefined);
  });

  it("makes a new object when the namespace changes, and deletes the old one", async () => {
    assert.equal(stack.steps().moving, "replace");
    assert.ok(await read("serviceaccount", "moving", other));
    assert.equal(await read("serviceaccount", "moving", namespace), undefined);
  });

  it("deletes first when the new object must have the same name", async () => {
    assert.equal(stack.steps().bound, "replace");
    assert.notEqual((await read("rolebinding", "bound", namespace))?.metadata.uid, bound?.metadata.uid);
  });

  it("replaces a ConfigMap whose data changes, as the real plugin does unless told otherwise", () => {
    assert.equal(stack.steps().settings, "replace");
  });

  it("changes a ConfigMap in place when enableConfigMapMutable is set", async () => {
    assert.equal(stack.steps()["mutable-settings"], "update");
    assert.deepEqual((await read("configmap", "mutable", namespace))?.data, { value: "after" });
  });

  it("leaves the providers as they are", () => {
    const { cluster, mutable } = stack.steps();
    assert.deepEqual([cluster, mutable], ["same", "same"]);
  });
});

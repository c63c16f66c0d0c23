import assert from "node:assert/strict";
import { core, rbac } from "@pulumi/kubernetes";
import { discard, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";

describe("stand-in: replacement", function () {
  this.timeout(60_000);
  let namespace: string;
  let other: string;
  let stack: TestStack;
  before(async () => {
    namespace = await scratchNamespace();
    other = await scratchNamespace();
  });
  after(() => discard(namespace, other));
  beforeEach(async () => {
    stack = await openStack();
  });
  afterEach(() => stack.close());

  const account =
    (name: string, where: string): Program =>
    (provider) => {
      new core.v1.ServiceAccount("account", { metadata: { name, namespace: where } }, { provider });
    };

  it("makes a new object when the name changes, and deletes the old one", async () => {
    await stack.up(account("before", namespace));
    assert.deepEqual(await stack.up(account("after", namespace)), { same: 2, replace: 1 });
    assert.ok(await read("serviceaccount", "after", namespace));
    assert.equal(await read("serviceaccount", "before", namespace), undefined);
  });

  it("makes a new object when the namespace changes, and deletes the old one", async () => {
    await stack.up(account("moving", namespace));
    assert.deepEqual(await stack.up(account("moving", other)), { same: 2, replace: 1 });
    assert.ok(await read("serviceaccount", "moving", other));
    assert.equal(await read("serviceaccount", "moving", namespace), undefined);
  });

  it("deletes first when the new object must have the same name", async () => {
    const binding =
      (role: string): Program =>
      (provider) => {
        const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role };
        new rbac.v1.RoleBinding("binding", { metadata: { name: "bound", namespace }, roleRef }, { provider });
      };
    await stack.up(binding("view"));
    const before = await read("rolebinding", "bound", namespace);
    assert.deepEqual(await stack.up(binding("edit")), { same: 2, replace: 1 });
    const after = await read("rolebinding", "bound", namespace);
    assert.notEqual(after?.metadata.uid, before?.metadata.uid);
  });

  const settings =
    (value: string): Program =>
    (provider) => {
      new core.v1.ConfigMap(
        "c",
        { metadata: { name: "settings", namespace }, data: { value } },
        { provider },
      );
    };

  it("replaces a ConfigMap whose data changes, as the real plugin does unless told otherwise", async () => {
    await stack.up(settings("1"));
    assert.deepEqual(await stack.preview(settings("2")), { same: 2, replace: 1 });
    await stack.destroy();
  });

  it("changes a ConfigMap in place when enableConfigMapMutable is set", async () => {
    const mutable = await openStack({ enableConfigMapMutable: true });
    await mutable.up(settings("1"));
    assert.deepEqual(await mutable.up(settings("2")), { same: 2, update: 1 });
    assert.deepEqual((await read("configmap", "settings", namespace))?.data, { value: "2" });
    await mutable.close();
  });
});

import assert from "node:assert/strict";
import { apiextensions, core } from "@pulumi/kubernetes";
import { kubeconfig } from "./stand-in-program/kubeconfig.ts";
import { discard, kubectl, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { recordingProxy } from "./stand-in-program/recording-proxy.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";
import { defineWidget, widgetVersion } from "./stand-in-program/widget.ts";

describe("stand-in: preview", function () {
  this.timeout(60_000);
  let namespace: string;
  let stack: TestStack;
  before(async () => {
    await defineWidget();
    namespace = await scratchNamespace();
  });
  after(() => discard(namespace));
  beforeEach(async () => {
    stack = await openStack();
  });
  afterEach(() => stack.close());

  const widget =
    (spec: object): Program =>
    (provider) => {
      const args = {
        apiVersion: widgetVersion,
        kind: "Widget",
        metadata: { name: "previewed", namespace },
        spec,
      };
      new apiextensions.CustomResource("w", args, { provider });
    };

  it("asks the server for a dry run of a create, and creates nothing", async () => {
    const proxy = await recordingProxy();
    const proxied = await openStack({ kubeconfig: proxy.kubeconfig });
    assert.deepEqual(await proxied.preview(widget({ colour: "red" })), { create: 3 });
    const posts = proxy.passed().filter(({ method }) => method === "POST");
    assert.equal(posts.length, 1);
    assert.match(posts[0]?.url ?? "", /\/widgets\?.*dryRun=All/);
    assert.equal(await read("widget", "previewed", namespace), undefined);
    await proxied.close();
    await proxy.close();
  });

  it("shows what the server would refuse in a create", async () => {
    await assert.rejects(stack.preview(widget({ colour: "green" })), /cannot create Widget .*spec\.colour/s);
  });

  it("shows what the server would refuse in an update, and changes nothing", async () => {
    await stack.up(widget({ colour: "red" }));
    const before = await read("widget", "previewed", namespace);
    await assert.rejects(
      stack.preview(widget({ colour: "red", size: 0 })),
      /cannot update Widget .*spec\.size/s,
    );
    assert.deepEqual(await stack.preview(widget({ colour: "blue" })), { same: 2, update: 1 });
    const after = await read("widget", "previewed", namespace);
    assert.equal(after?.metadata.resourceVersion, before?.metadata.resourceVersion);
    await stack.destroy();
  });

  it("tolerates a namespace that the same update will make", async () => {
    const changes = await stack.preview((provider) => {
      const made = new core.v1.Namespace("n", { metadata: { name: "stand-in-not-yet" } }, { provider });
      const metadata = { name: "inside", namespace: made.metadata.name };
      new core.v1.ConfigMap("c", { metadata }, { provider });
    });
    assert.deepEqual(changes, { create: 4 });
  });

  it("tolerates a kind whose definition is absent", async () => {
    const changes = await stack.preview((provider) => {
      const args = {
        apiVersion: "absent.example.dev/v1",
        kind: "Absent",
        metadata: { name: "absent", namespace },
      };
      new apiextensions.CustomResource("a", args, { provider });
    });
    assert.deepEqual(changes, { create: 3 });
  });

  it("tolerates an identity that may not write, which the update then names", async () => {
    const reader = await openStack({ kubeconfig: await kubeconfig({ as: "stand-in-reader" }) });
    assert.deepEqual(await reader.preview(widget({ colour: "red" })), { create: 3 });
    await assert.rejects(
      reader.up(widget({ colour: "red" })),
      new RegExp(`cannot create Widget ${namespace}/previewed: .* 403 Forbidden: .*stand-in-reader`),
    );
    await reader.close();
  });

  it("passes values through that are not known yet", async () => {
    const chain =
      (suffix: string): Program =>
      (provider) => {
        const metadata = { name: `first-${suffix}`, namespace: `stand-in-none-${suffix}` };
        const first = new core.v1.ConfigMap(`first-${suffix}`, { metadata }, { provider });
        const labels = { first: first.metadata.uid };
        new core.v1.ConfigMap("second", { metadata: { name: "second", namespace, labels } }, { provider });
      };
    assert.deepEqual(await stack.preview(chain("a")), { create: 4 });
    await kubectl("create", "namespace", "stand-in-none-a");
    await stack.up(chain("a"));
    const first = await read("configmap", "first-a", "stand-in-none-a");
    const second = await read("configmap", "second", namespace);
    assert.equal(second?.metadata.labels?.first, first?.metadata.uid);
    assert.deepEqual(await stack.preview(chain("b")), { same: 2, create: 1, update: 1, delete: 1 });
    await discard("stand-in-none-a");
  });
});

import assert from "node:assert/strict";
import { apiextensions, core } from "@pulumi/kubernetes";
import { applyAs, discard, kubectl, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";
import { defineWidget, widgetVersion } from "./stand-in-program/widget.ts";

describe("stand-in: read", function () {
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

  const configMap = (name: string, data: Record<string, string>) => ({
    apiVersion: "v1" as const,
    kind: "ConfigMap" as const,
    metadata: { name, namespace },
    data,
  });
  const widget = (name: string, spec: object) => ({
    apiVersion: widgetVersion,
    kind: "Widget",
    metadata: { name, namespace },
    spec,
  });

  it("shows in a refresh what someone changed, and the next update puts it right", async () => {
    const spec = { colour: "red", note: "ours" };
    const program: Program = (provider) =>
      void new apiextensions.CustomResource("w", widget("drifting", spec), { provider });
    await stack.up(program);
    const gone = JSON.stringify({ spec: { note: null } });
    await kubectl("patch", "widget/drifting", "-n", namespace, "--type=merge", "-p", gone);
    assert.deepEqual(await stack.refresh(), { same: 2, update: 1 });
    assert.deepEqual(await stack.up(program), { same: 2, update: 1 });
    assert.deepEqual((await read("widget", "drifting", namespace))?.spec, { ...spec, size: 3 });
  });

  it("finds nothing in a refresh of what nobody changed", async () => {
    await stack.up(
      (provider) => void new core.v1.ConfigMap("c", configMap("calm", { a: "1" }), { provider }),
    );
    assert.deepEqual(await stack.refresh(), { same: 3 });
  });

  it("forgets in a refresh an object that vanished, and the next update makes it again", async () => {
    const program: Program = (provider) =>
      void new core.v1.ConfigMap("c", configMap("vanishing", { a: "1" }), { provider });
    await stack.up(program);
    await kubectl("delete", "configmap", "vanishing", "-n", namespace);
    assert.deepEqual(await stack.refresh(), { same: 2, delete: 1 });
    assert.deepEqual(await stack.up(program), { same: 2, create: 1 });
    assert.ok(await read("configmap", "vanishing", namespace));
  });

  it("says that an object vanished when an update meets it, and names refresh as the way out", async () => {
    const program =
      (label: string): Program =>
      (provider) => {
        const args = configMap("missing", {});
        new core.v1.ConfigMap(
          "c",
          { ...args, metadata: { ...args.metadata, labels: { label } } },
          { provider },
        );
      };
    await stack.up(program("1"));
    await kubectl("delete", "configmap", "missing", "-n", namespace);
    await assert.rejects(
      stack.up(program("2")),
      /cannot update ConfigMap .*\/missing: .*404.*pulumi refresh/s,
    );
  });

  it("imports an object by namespace/name, without touching it", async () => {
    await applyAs("someone", configMap("imported", { a: "1" }));
    const before = await read("configmap", "imported", namespace);
    const program =
      (options: object): Program =>
      (provider) =>
        void new core.v1.ConfigMap("c", configMap("imported", { a: "1" }), { provider, ...options });
    assert.deepEqual(await stack.up(program({ import: `${namespace}/imported` })), { create: 2, import: 1 });
    assert.deepEqual(await stack.up(program({})), { same: 3 });
    const after = await read("configmap", "imported", namespace);
    assert.equal(after?.metadata.resourceVersion, before?.metadata.resourceVersion);
  });

  it("imports a custom resource, whose fields the same update then applies", async () => {
    await applyAs("someone", widget("adopted", { colour: "red" }));
    const program =
      (options: object): Program =>
      (provider) =>
        void new apiextensions.CustomResource("w", widget("adopted", { colour: "red" }), {
          provider,
          ...options,
        });
    const changes = await stack.up(program({ import: `${namespace}/adopted` }));
    assert.equal(changes.import, 1);
    assert.deepEqual(await stack.up(program({})), { same: 3 });
    const owners = (await read("widget", "adopted", namespace))?.metadata.managedFields;
    assert.ok(owners?.some(({ manager }) => manager.startsWith("pulumi-kubernetes-")));
  });

  it("says that an object to import does not exist", async () => {
    await assert.rejects(
      stack.up((provider) => {
        new core.v1.ConfigMap("c", configMap("nowhere", {}), { provider, import: `${namespace}/nowhere` });
      }),
      /nowhere' does not exist/,
    );
  });

  it("reads an object that another stack owns, by get", async () => {
    await applyAs("someone", configMap("foreign", { greeting: "hello" }));
    await stack.up((provider) => {
      const foreign = core.v1.ConfigMap.get("c", `${namespace}/foreign`, { provider });
      return { greeting: foreign.data.greeting };
    });
    assert.deepEqual(await stack.outputs(), { greeting: "hello" });
  });
});

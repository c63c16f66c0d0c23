import assert from "node:assert/strict";
import { apiextensions, core } from "@pulumi/kubernetes";
import type { Steps } from "./inline-run.ts";
import { applyAs, discard, kubectl, type Live, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";
import { defineWidget, widgetVersion } from "./stand-in-program/widget.ts";

const DRIFTING = { colour: "red", note: "ours" };

describe("stand-in: read", function () {
  this.timeout(60_000);
  let namespace: string;
  let stack: TestStack;
  /** What an update, a refresh after others were at work, and another update did. */
  let first: Steps;
  let refreshed: Steps;
  let second: Steps;
  let foreign: unknown;
  let imported: Live | undefined;
  let said: string;

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

  /** One object for each test; the first update imports what the second only has. */
  const program =
    (step: "first" | "second" | "last"): Program =>
    (provider) => {
      const imports = (name: string) => (step === "first" ? { import: `${namespace}/${name}` } : {});
      new apiextensions.CustomResource("drifting", widget("drifting", DRIFTING), { provider });
      new core.v1.ConfigMap("calm", configMap("calm", { a: "1" }), { provider });
      new core.v1.ConfigMap("vanishing", configMap("vanishing", { a: "1" }), { provider });
      const { metadata, ...more } = configMap("missing", {});
      const labels = { label: step === "last" ? "2" : "1" };
      new core.v1.ConfigMap("missing", { ...more, metadata: { ...metadata, labels } }, { provider });
      const options = { provider, ...imports("imported") };
      new core.v1.ConfigMap("imported", configMap("imported", { a: "1" }), options);
      new apiextensions.CustomResource("adopted", widget("adopted", { colour: "red" }), {
        provider,
        ...imports("adopted"),
      });
      if (step === "last") {
        const nowhere = { provider, import: `${namespace}/nowhere` };
        new core.v1.ConfigMap("nowhere", configMap("nowhere", {}), nowhere);
      }
      const { data } = core.v1.ConfigMap.get("foreign", `${namespace}/foreign`, { provider });
      return { greeting: data.greeting };
    };
  const remove = (name: string) => kubectl("delete", "configmap", name, "-n", namespace);

  before(async () => {
    await defineWidget();
    namespace = await scratchNamespace();
    stack = await openStack();
    await applyAs("someone", configMap("imported", { a: "1" }));
    await applyAs("someone", widget("adopted", { colour: "red" }));
    await applyAs("someone", configMap("foreign", { greeting: "hello" }));
    imported = await read("configmap", "imported", namespace);
    first = await stack.up(program("first"));
    foreign = (await stack.outputs()).greeting;
    const gone = JSON.stringify({ spec: { note: null } });
    await kubectl("patch", "widget/drifting", "-n", namespace, "--type=merge", "-p", gone);
    await remove("vanishing");
    refreshed = await stack.refresh();
    second = await stack.up(program("second"));
    await remove("missing");
    said = await stack.fails(program("last"));
  });
  after(async () => {
    await stack.close();
    await discard(namespace);
  });

  it("shows in a refresh what someone changed, and the next update puts it right", async () => {
    assert.deepEqual([refreshed.drifting, second.drifting], ["update", "update"]);
    assert.deepEqual((await read("widget", "drifting", namespace))?.spec, { ...DRIFTING, size: 3 });
  });

  it("finds nothing in a refresh of what nobody changed", () => {
    assert.deepEqual([refreshed.calm, refreshed.cluster], ["same", "same"]);
  });

  it("forgets in a refresh an object that vanished, and the next update makes it again", async () => {
    assert.deepEqual([refreshed.vanishing, second.vanishing], ["delete", "create"]);
    assert.ok(await read("configmap", "vanishing", namespace));
  });

  it("says that an object vanished when an update meets it, and names refresh as the way out", () => {
    assert.match(said, /cannot update ConfigMap .*\/missing: .*404 .*\n.*pulumi refresh/);
  });

  it("imports an object by namespace/name, without touching it", async () => {
    assert.deepEqual([first.imported, second.imported], ["import", "same"]);
    const after = await read("configmap", "imported", namespace);
    assert.equal(after?.metadata.resourceVersion, imported?.metadata.resourceVersion);
  });

  it("imports a custom resource, whose fields the same update then applies", async () => {
    assert.deepEqual([first.adopted, second.adopted], ["import, update", "same"]);
    const owners = (await read("widget", "adopted", namespace))?.metadata.managedFields;
    assert.ok(owners?.some(({ manager }) => manager.startsWith("pulumi-kubernetes-")));
  });

  it("says that an object to import does not exist", () => {
    assert.match(said, /nowhere' does not exist/);
  });

  it("reads an object that another stack owns, by get", () => {
    assert.equal(foreign, "hello");
  });
});

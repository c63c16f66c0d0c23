import assert from "node:assert/strict";
import { apiextensions, core } from "@pulumi/kubernetes";
import { applyAs, discard, kubectl, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { recordingProxy } from "./stand-in-program/recording-proxy.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";
import { defineWidget, widgetVersion } from "./stand-in-program/widget.ts";

describe("stand-in: update", function () {
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

  it("finds no difference in what the server defaulted", async () => {
    const program = widget("defaulted", { colour: "red" });
    await stack.up(program);
    assert.deepEqual((await read("widget", "defaulted", namespace))?.spec, { colour: "red", size: 3 });
    assert.deepEqual(await stack.up(program), { same: 3 });
  });

  it("finds no difference in two spellings of one quantity", async () => {
    const quota =
      (cpu: string): Program =>
      (provider) => {
        const args = {
          metadata: { name: "limits", namespace },
          spec: { limits: [{ type: "Pod", max: { cpu } }] },
        };
        new core.v1.LimitRange("limits", args, { provider });
      };
    await stack.up(quota("1000m"));
    assert.deepEqual(await stack.up(quota("1000m")), { same: 3 });
    assert.deepEqual(await stack.up(quota("1")), { same: 3 });
  });

  it("asks the server nothing about an object that did not change", async () => {
    const proxy = await recordingProxy();
    const proxied = await openStack({ kubeconfig: proxy.kubeconfig });
    const program = widget("quiet", { colour: "red" });
    await proxied.up(program);
    proxy.passed();
    assert.deepEqual(await proxied.up(program), { same: 3 });
    assert.deepEqual(
      proxy.passed().filter(({ url }) => url.includes("quiet")),
      [],
    );
    await proxied.close();
    await proxy.close();
  });

  it("changes the one field that changed, in place", async () => {
    await stack.up(widget("changed", { colour: "red" }));
    const before = await read("widget", "changed", namespace);
    assert.deepEqual(await stack.up(widget("changed", { colour: "blue" })), { same: 2, update: 1 });
    const after = await read("widget", "changed", namespace);
    assert.deepEqual(after?.spec, { colour: "blue", size: 3 });
    assert.equal(after?.metadata.uid, before?.metadata.uid);
  });

  it("removes a field that the program no longer sets, since the POST's ownership is taken over", async () => {
    await stack.up(widget("trimmed", { colour: "red", note: "gone soon" }));
    assert.equal(
      (await read("widget", "trimmed", namespace))?.metadata.managedFields?.[0]?.manager,
      "pulumi-kubernetes",
    );
    await stack.up(widget("trimmed", { colour: "red" }));
    const after = await read("widget", "trimmed", namespace);
    assert.deepEqual(after?.spec, { colour: "red", size: 3 });
    assert.match(after?.metadata.managedFields?.[0]?.manager ?? "", /^pulumi-kubernetes-[0-9a-f]{8}$/);
    assert.equal(after?.metadata.managedFields?.[0]?.operation, "Apply");
  });

  it("removes one key of a label map and keeps another's", async () => {
    await stack.up(labelled("labels", { ours: "1", dropped: "1" }));
    await applyAs("someone", object("labels", { labels: { theirs: "1" } }));
    await stack.up(labelled("labels", { ours: "2" }));
    assert.deepEqual((await read("configmap", "labels", namespace))?.metadata.labels, {
      ours: "2",
      theirs: "1",
    });
  });

  it("reports a conflict with the field and the manager that owns it, and records what is there", async () => {
    await stack.up(labelled("contended", { owner: "us" }));
    await applyAs("someone-else", object("contended", { labels: { owner: "them" } }));
    await assert.rejects(
      stack.up(labelled("contended", { owner: "still-us" })),
      new RegExp(
        `cannot update ConfigMap ${namespace}/contended: others own fields.*metadata\\.labels\\.owner is owned by field manager "someone-else".*patchForce`,
        "s",
      ),
    );
    assert.equal((await read("configmap", "contended", namespace))?.metadata.labels?.owner, "them");
    assert.match(await stack.state(), /"owner":"them"/);
  });

  it("takes a contended field over when the annotation patchForce says so", async () => {
    await stack.up(labelled("forced", { owner: "us" }));
    await applyAs("someone-else", object("forced", { labels: { owner: "them" } }));
    await stack.up(labelled("forced", { owner: "still-us" }, { "pulumi.com/patchForce": "true" }));
    assert.equal((await read("configmap", "forced", namespace))?.metadata.labels?.owner, "still-us");
  });

  it("takes the fields over that kubectl applied, and drops those that the program does not set", async () => {
    await stack.up(widget("typed", { colour: "red" }));
    await patched("typed", { colour: "blue", note: "by hand" });
    await stack.up(widget("typed", { colour: "red", size: 5 }));
    assert.deepEqual((await read("widget", "typed", namespace))?.spec, { colour: "red", size: 5 });
  });

  it("shows in a preview the conflict with what kubectl applied", async () => {
    await stack.up(widget("previewed", { colour: "red" }));
    await stack.up(widget("previewed", { colour: "red", size: 4 }));
    await patched("previewed", { size: 9 });
    await assert.rejects(stack.preview(widget("previewed", { colour: "red", size: 5 })), /"kubectl-patch"/);
  });

  it("applies under the name that the annotation patchFieldManager gives", async () => {
    const annotations = { "pulumi.com/patchFieldManager": "platform-team" };
    await stack.up(labelled("named", { step: "1" }, annotations));
    await stack.up(labelled("named", { step: "2" }, annotations));
    const owners = (await read("configmap", "named", namespace))?.metadata.managedFields;
    assert.deepEqual(
      owners?.map(({ manager }) => manager),
      ["platform-team"],
    );
  });

  it("leaves to others what ignoreChanges names", async () => {
    const program =
      (note: string, colour: string): Program =>
      (provider) => {
        const args = { ...identity("ignored"), spec: { note, colour } };
        new apiextensions.CustomResource("w", args, { provider, ignoreChanges: ["spec.note"] });
      };
    await stack.up(program("ours", "red"));
    const theirs = JSON.stringify({ spec: { note: "theirs" } });
    await kubectl(
      "patch",
      "widget/ignored",
      "-n",
      namespace,
      "--type=merge",
      "-p",
      theirs,
      "--field-manager=someone",
    );
    await stack.up(program("ours again", "blue"));
    const { spec } = (await read("widget", "ignored", namespace)) ?? {};
    assert.deepEqual(spec, { note: "theirs", colour: "blue", size: 3 });
  });

  const patched = (name: string, spec: object) =>
    kubectl("patch", `widget/${name}`, "-n", namespace, "--type=merge", "-p", JSON.stringify({ spec }));
  const identity = (name: string) => ({
    apiVersion: widgetVersion,
    kind: "Widget",
    metadata: { name, namespace },
  });
  const widget =
    (name: string, spec: object): Program =>
    (provider) => {
      new apiextensions.CustomResource("w", { ...identity(name), spec }, { provider });
    };
  const object = (name: string, metadata: object) => ({
    apiVersion: "v1" as const,
    kind: "ConfigMap" as const,
    metadata: { name, namespace, ...metadata },
  });
  const labelled =
    (name: string, labels: Record<string, string>, annotations: Record<string, string> = {}): Program =>
    (provider) => {
      new core.v1.ConfigMap("c", object(name, { labels, annotations }), { provider });
    };
});

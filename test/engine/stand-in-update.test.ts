import assert from "node:assert/strict";
import { apiextensions, core } from "@pulumi/kubernetes";
import { applyAs, discard, kubectl, type Live, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { type Passed, type RecordingProxy, recordingProxy } from "./stand-in-program/recording-proxy.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";
import { defineWidget, widgetVersion } from "./stand-in-program/widget.ts";

describe("stand-in: update", function () {
  this.timeout(60_000);
  let namespace: string;
  let proxy: RecordingProxy;
  let stack: TestStack;
  /** What the first update left, by name. */
  const first = new Map<string, Live | undefined>();
  /** What the second update asked the server. */
  let asked: readonly Passed[];

  before(async () => {
    await defineWidget();
    namespace = await scratchNamespace();
    proxy = await recordingProxy();
    stack = await openStack({ kubeconfig: proxy.kubeconfig });
    await stack.up(firstProgram);
    for (const name of ["defaulted", "changed", "trimmed"])
      first.set(name, await read("widget", name, namespace));
    await applyAs("someone", object("labels", { labels: { theirs: "1" } }));
    await applyAs("someone-else", object("forced", { labels: { owner: "them" } }));
    await patched("typed", { colour: "blue", note: "by hand" });
    await patched("ignored", { note: "theirs" }, "--field-manager=someone");
    proxy.passed();
    await stack.up(secondProgram);
    asked = proxy.passed();
  });
  after(async () => {
    await stack.close();
    await proxy.close();
    await discard(namespace);
  });

  /** One object for each test. */
  const firstProgram: Program = (provider) => {
    const { widget, labelled, limits } = inside(provider);
    widget("defaulted", { colour: "red" });
    limits("one-spelling", "1000m");
    limits("two-spellings", "1000m");
    widget("quiet", { colour: "red" });
    widget("changed", { colour: "red" });
    widget("trimmed", { colour: "red", note: "gone soon" });
    labelled("labels", { ours: "1", dropped: "1" });
    labelled("contended", { owner: "us" });
    labelled("forced", { owner: "us" });
    widget("typed", { colour: "red" });
    widget("previewed", { colour: "red" });
    labelled("named", { step: "1" }, { "pulumi.com/patchFieldManager": "platform-team" });
    widget("ignored", { note: "ours", colour: "red" }, { ignoreChanges: ["spec.note"] });
  };
  const secondProgram: Program = (provider) => {
    const { widget, labelled, limits } = inside(provider);
    widget("defaulted", { colour: "red" });
    limits("one-spelling", "1000m");
    limits("two-spellings", "1");
    widget("quiet", { colour: "red" });
    widget("changed", { colour: "blue" });
    widget("trimmed", { colour: "red" });
    labelled("labels", { ours: "2" });
    labelled("contended", { owner: "us" });
    labelled("forced", { owner: "still-us" }, { "pulumi.com/patchForce": "true" });
    widget("typed", { colour: "red", size: 5 });
    widget("previewed", { colour: "red", size: 4 });
    labelled("named", { step: "2" }, { "pulumi.com/patchFieldManager": "platform-team" });
    widget("ignored", { note: "ours again", colour: "blue" }, { ignoreChanges: ["spec.note"] });
  };

  it("finds no difference in what the server defaulted", () => {
    assert.deepEqual(first.get("defaulted")?.spec, { colour: "red", size: 3 });
    assert.equal(stack.steps().defaulted, "same");
  });

  it("finds no difference in two spellings of one quantity", () => {
    const { "one-spelling": one, "two-spellings": two } = stack.steps();
    assert.deepEqual([one, two], ["same", "same"]);
  });

  it("asks the server nothing about an object that did not change", () => {
    assert.equal(stack.steps().quiet, "same");
    assert.ok(asked.some(({ url }) => url.includes("changed")));
    assert.deepEqual(
      asked.filter(({ url }) => url.includes("quiet")),
      [],
    );
  });

  it("changes the one field that changed, in place", async () => {
    assert.equal(stack.steps().changed, "update");
    const after = await read("widget", "changed", namespace);
    assert.deepEqual(after?.spec, { colour: "blue", size: 3 });
    assert.equal(after?.metadata.uid, first.get("changed")?.metadata.uid);
  });

  it("removes a field that the program no longer sets, since the POST's ownership is taken over", async () => {
    assert.equal(first.get("trimmed")?.metadata.managedFields?.[0]?.manager, "pulumi-kubernetes");
    const after = await read("widget", "trimmed", namespace);
    assert.deepEqual(after?.spec, { colour: "red", size: 3 });
    assert.match(after?.metadata.managedFields?.[0]?.manager ?? "", /^pulumi-kubernetes-[0-9a-f]{8}$/);
    assert.equal(after?.metadata.managedFields?.[0]?.operation, "Apply");
  });

  it("removes one key of a label map and keeps another's", async () => {
    assert.deepEqual((await read("configmap", "labels", namespace))?.metadata.labels, {
      ours: "2",
      theirs: "1",
    });
  });

  it("takes a contended field over when the annotation patchForce says so", async () => {
    assert.equal((await read("configmap", "forced", namespace))?.metadata.labels?.owner, "still-us");
  });

  it("takes the fields over that kubectl applied, and drops those that the program does not set", async () => {
    assert.deepEqual((await read("widget", "typed", namespace))?.spec, { colour: "red", size: 5 });
  });

  it("applies under the name that the annotation patchFieldManager gives", async () => {
    const owners = (await read("configmap", "named", namespace))?.metadata.managedFields;
    assert.deepEqual(
      owners?.map(({ manager }) => manager),
      ["platform-team"],
    );
  });

  it("leaves to others what ignoreChanges names", async () => {
    const { spec } = (await read("widget", "ignored", namespace)) ?? {};
    assert.deepEqual(spec, { note: "theirs", colour: "blue", size: 3 });
  });

  it("shows in a preview the conflict with what kubectl applied", async () => {
    await patched("previewed", { size: 9 });
    await assert.rejects(
      stack.preview((provider) => void inside(provider).widget("previewed", { colour: "red", size: 5 })),
      /"kubectl-patch"/,
    );
  });

  it("reports a conflict with the field and the manager that owns it, and records what is there", async () => {
    await applyAs("someone-else", object("contended", { labels: { owner: "them" } }));
    await assert.rejects(
      stack.up((provider) => void inside(provider).labelled("contended", { owner: "still-us" })),
      new RegExp(
        `cannot update ConfigMap ${namespace}/contended: others own fields.*metadata\\.labels\\.owner is owned by field manager "someone-else".*patchForce`,
        "s",
      ),
    );
    assert.equal((await read("configmap", "contended", namespace))?.metadata.labels?.owner, "them");
    assert.match(await stack.state(), /"owner":"them"/);
  });

  const patched = (name: string, spec: object, ...how: readonly string[]) => {
    const patch = JSON.stringify({ spec });
    return kubectl("patch", `widget/${name}`, "-n", namespace, "--type=merge", "-p", patch, ...how);
  };
  const object = (name: string, metadata: object) => ({
    apiVersion: "v1" as const,
    kind: "ConfigMap" as const,
    metadata: { name, namespace, ...metadata },
  });
  /** What a program makes: each resource has the name of its object. */
  const inside = (provider: Parameters<Program>[0]) => ({
    widget: (name: string, spec: object, options: object = {}) => {
      const args = { apiVersion: widgetVersion, kind: "Widget", metadata: { name, namespace }, spec };
      return new apiextensions.CustomResource(name, args, { provider, ...options });
    },
    labelled: (name: string, labels: Record<string, string>, annotations: Record<string, string> = {}) =>
      new core.v1.ConfigMap(name, object(name, { labels, annotations }), { provider }),
    limits: (name: string, cpu: string) => {
      const spec = { limits: [{ type: "Pod", max: { cpu } }] };
      return new core.v1.LimitRange(name, { metadata: { name, namespace }, spec }, { provider });
    },
  });
});

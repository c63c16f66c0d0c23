import assert from "node:assert/strict";
import { apiextensions, core, type Provider } from "@pulumi/kubernetes";
import type { Steps } from "./inline-run.ts";
import { kubeconfig } from "./stand-in-program/kubeconfig.ts";
import { discard, kubectl, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { type Passed, recordingProxy } from "./stand-in-program/recording-proxy.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";
import { defineWidget, widgetVersion } from "./stand-in-program/widget.ts";

describe("stand-in: preview", function () {
  this.timeout(60_000);
  let namespace: string;
  let stack: TestStack;
  before(async () => {
    await defineWidget();
    namespace = await scratchNamespace();
    stack = await openStack();
  });
  after(async () => {
    await stack.close();
    await discard(namespace);
  });

  const widget = (provider: Provider, name: string, spec: object) => {
    const args = { apiVersion: widgetVersion, kind: "Widget", metadata: { name, namespace }, spec };
    new apiextensions.CustomResource(name, args, { provider });
  };
  /** A ConfigMap that has the uid of another as its label. */
  const chain = (provider: Provider, suffix: string) => {
    const metadata = { name: `first-${suffix}`, namespace: `stand-in-none-${suffix}` };
    const first = new core.v1.ConfigMap(`first-${suffix}`, { metadata }, { provider });
    const labels = { first: first.metadata.uid };
    new core.v1.ConfigMap("second", { metadata: { name: "second", namespace, labels } }, { provider });
  };
  const asReader = async () => ({ kubeconfig: await kubeconfig({ as: "stand-in-reader" }) });

  describe("of an empty stack", () => {
    let steps: Steps;
    let posts: readonly Passed[];
    before(async () => {
      const proxy = await recordingProxy();
      const proxied = await openStack({ kubeconfig: proxy.kubeconfig });
      const reader = await asReader();
      steps = await proxied.preview((provider, another) => {
        widget(provider, "previewed", { colour: "red" });
        const made = new core.v1.Namespace("made", { metadata: { name: "stand-in-not-yet" } }, { provider });
        const metadata = { name: "inside", namespace: made.metadata.name };
        new core.v1.ConfigMap("inside", { metadata }, { provider });
        const absent = { apiVersion: "absent.example.dev/v1", kind: "Absent" };
        new apiextensions.CustomResource(
          "absent",
          { ...absent, metadata: { name: "absent", namespace } },
          { provider },
        );
        chain(provider, "a");
        widget(another("reader", reader), "forbidden", { colour: "red" });
      });
      posts = proxy.passed().filter(({ method }) => method === "POST");
      await proxied.close();
      await proxy.close();
    });

    it("asks the server for a dry run of a create, and creates nothing", async () => {
      assert.equal(steps.previewed, "create");
      assert.equal(posts.filter(({ url }) => url.includes("/widgets")).length, 1);
      for (const { url } of posts) assert.match(url, /\?.*dryRun=All/);
      assert.equal(await read("widget", "previewed", namespace), undefined);
    });

    it("tolerates a namespace that the same update will make", () => {
      assert.deepEqual([steps.made, steps.inside], ["create", "create"]);
    });

    it("tolerates a kind whose definition is absent", () => {
      assert.equal(steps.absent, "create");
    });

    it("tolerates an identity that may not write, which the update then names", async () => {
      assert.equal(steps.forbidden, "create");
      const reader = await openStack(await asReader());
      await assert.rejects(
        reader.up((provider) => widget(provider, "forbidden", { colour: "red" })),
        new RegExp(`cannot create Widget ${namespace}/forbidden: .* 403 Forbidden: .*stand-in-reader`),
      );
      await reader.close();
    });

    it("shows what the server would refuse in a create", async () => {
      await assert.rejects(
        stack.preview((provider) => widget(provider, "previewed", { colour: "green" })),
        /cannot create Widget .*spec\.colour/s,
      );
    });

    it("passes values through that are not known yet", () => {
      assert.deepEqual([steps["first-a"], steps.second], ["create", "create"]);
    });
  });

  describe("of what is there", () => {
    const program =
      (spec: object, suffix: string): Program =>
      (provider) => {
        widget(provider, "previewed", spec);
        chain(provider, suffix);
      };
    before(async () => {
      await kubectl("create", "namespace", "stand-in-none-a");
      await stack.up(program({ colour: "red" }, "a"));
    });
    after(() => discard("stand-in-none-a"));

    it("shows what the server would refuse in an update, and changes nothing", async () => {
      const before = await read("widget", "previewed", namespace);
      await assert.rejects(
        stack.preview(program({ colour: "red", size: 0 }, "a")),
        /cannot update Widget .*spec\.size/s,
      );
      const steps = await stack.preview(program({ colour: "blue" }, "b"));
      assert.equal(steps.previewed, "update");
      const after = await read("widget", "previewed", namespace);
      assert.equal(after?.metadata.resourceVersion, before?.metadata.resourceVersion);
    });

    it("passes on what was not known yet, and says again where it changes", async () => {
      const first = await read("configmap", "first-a", "stand-in-none-a");
      const second = await read("configmap", "second", namespace);
      assert.equal(second?.metadata.labels?.first, first?.metadata.uid);
      const { "first-a": old, "first-b": made, second: changed } = stack.steps();
      assert.deepEqual([old, made, changed], ["delete", "create", "update"]);
    });
  });
});

import assert from "node:assert/strict";
import { apiextensions, core } from "@pulumi/kubernetes";
import { applyAs, discard, kubectl, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { openStack, type TestStack } from "./stand-in-program/stack.ts";
import { defineWidget, widgetVersion } from "./stand-in-program/widget.ts";

const late = "late.stand-in.example.dev";
const lateDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `lates.${late}` },
  spec: {
    group: late,
    names: { kind: "Late", plural: "lates" },
    scope: "Namespaced",
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};

describe("stand-in: create", function () {
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

  describe("that succeeds", () => {
    before(async () => {
      await applyAs("someone", configMap("upserted", { b: "theirs" }));
      const updating = stack.up((provider, another) => {
        const args = { apiVersion: `${late}/v1`, kind: "Late", metadata: { name: "late", namespace } };
        new apiextensions.CustomResource("late", args, { provider });
        const made = new core.v1.ConfigMap("made", configMap("made", { a: "1" }), { provider });
        const nameless = new core.v1.ConfigMap("nameless", { metadata: { namespace } }, { provider });
        const upserting = another("upserting", { upsertExistingObjects: true });
        new core.v1.ConfigMap("upserted", configMap("upserted", { a: "ours" }), { provider: upserting });
        return { id: made.id, name: nameless.metadata.name };
      });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await applyAs("test", lateDefinition);
      await updating;
    });
    after(() => kubectl("delete", "crd", lateDefinition.metadata.name));

    it("makes the object, with the id namespace/name", async () => {
      assert.deepEqual((await read("configmap", "made", namespace))?.data, { a: "1" });
      assert.equal((await stack.outputs()).id, `${namespace}/made`);
    });

    it("gives an object without a name the resource's name and eight random characters", async () => {
      const { name } = await stack.outputs();
      assert.match(String(name), /^nameless-[0-9a-f]{8}$/);
      const live = await read("configmap", String(name), namespace);
      assert.equal(live?.metadata.annotations?.["pulumi.com/autonamed"], "true");
    });

    it("writes over what exists when upsertExistingObjects is set", async () => {
      assert.deepEqual((await read("configmap", "upserted", namespace))?.data, { a: "ours", b: "theirs" });
    });

    it("waits for a kind that is defined a moment later", async () => {
      assert.equal(stack.steps().late, "create");
      assert.ok(await read("late", "late", namespace));
    });
  });

  describe("that fails", () => {
    let said: string;
    before(async () => {
      await applyAs("someone", configMap("taken", { a: "theirs" }));
      said = await stack.fails((provider) => {
        new core.v1.ConfigMap("taken", configMap("taken", { a: "ours" }), { provider });
        const spec = { size: 0, colour: "green" };
        const metadata = { name: "bad", namespace };
        new apiextensions.CustomResource(
          "bad",
          { apiVersion: widgetVersion, kind: "Widget", metadata, spec },
          { provider },
        );
        const annotations = { "kubernetes.io/service-account.name": "nobody" };
        const type = "kubernetes.io/service-account-token";
        new core.v1.Secret(
          "token",
          { metadata: { name: "token", namespace, annotations }, type },
          { provider },
        );
      });
    });

    it("is refused when the object exists, and leaves it as it is", async () => {
      assert.match(
        said,
        new RegExp(
          `cannot create ConfigMap ${namespace}/taken: it already exists in the cluster at https://.*\n.* import:`,
        ),
      );
      assert.deepEqual((await read("configmap", "taken", namespace))?.data, { a: "theirs" });
    });

    it("names the object and each field that the server refuses", () => {
      assert.match(said, new RegExp(`cannot create Widget ${namespace}/bad: the API server at https://`));
      assert.match(said, /- spec\.size: .*greater than or equal to 1/);
      assert.match(said, /- spec\.colour: Unsupported value: "green"/);
    });

    it("records an object that exists but did not become ready, together with the error", async () => {
      assert.match(await stack.state(), /"initErrors":\["no token was written into Secret /);
    });
  });

  function configMap(name: string, data: Record<string, string>) {
    return { apiVersion: "v1" as const, kind: "ConfigMap" as const, metadata: { name, namespace }, data };
  }
});

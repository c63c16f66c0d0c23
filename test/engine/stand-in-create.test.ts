import assert from "node:assert/strict";
import { apiextensions, core } from "@pulumi/kubernetes";
import { applyAs, discard, kubectl, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { openStack, type TestStack } from "./stand-in-program/stack.ts";
import { defineWidget, widgetVersion } from "./stand-in-program/widget.ts";

describe("stand-in: create", function () {
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

  it("makes the object, with the id namespace/name", async () => {
    await stack.up((provider) => {
      const made = new core.v1.ConfigMap(
        "made",
        { metadata: { name: "made", namespace }, data: { a: "1" } },
        { provider },
      );
      return { id: made.id };
    });
    assert.deepEqual((await read("configmap", "made", namespace))?.data, { a: "1" });
    assert.deepEqual(await stack.outputs(), { id: `${namespace}/made` });
  });

  it("gives an object without a name the resource's name and eight random characters", async () => {
    await stack.up((provider) => {
      const made = new core.v1.ConfigMap("nameless", { metadata: { namespace } }, { provider });
      return { name: made.metadata.name };
    });
    const { name } = await stack.outputs();
    assert.match(String(name), /^nameless-[0-9a-f]{8}$/);
    const live = await read("configmap", String(name), namespace);
    assert.equal(live?.metadata.annotations?.["pulumi.com/autonamed"], "true");
  });

  it("is refused when the object exists, and leaves it as it is", async () => {
    await applyAs("someone", configMap("taken", { a: "theirs" }));
    await assert.rejects(
      stack.up((provider) => new core.v1.ConfigMap("taken", configMap("taken", { a: "ours" }), { provider })),
      new RegExp(
        `cannot create ConfigMap ${namespace}/taken: it already exists in the cluster at https://.*import`,
        "s",
      ),
    );
    assert.deepEqual((await read("configmap", "taken", namespace))?.data, { a: "theirs" });
  });

  it("writes over what exists when upsertExistingObjects is set", async () => {
    await applyAs("someone", configMap("upserted", { b: "theirs" }));
    const upserting = await openStack({ upsertExistingObjects: true });
    await upserting.up(
      (provider) => new core.v1.ConfigMap("upserted", configMap("upserted", { a: "ours" }), { provider }),
    );
    await upserting.close();
    assert.deepEqual((await read("configmap", "upserted", namespace))?.data, { a: "ours", b: "theirs" });
  });

  it("names the object and each field that the server refuses", async () => {
    await assert.rejects(
      stack.up((provider) => {
        const spec = { size: 0, colour: "green" };
        new apiextensions.CustomResource("bad", { ...widget("bad"), spec }, { provider });
      }),
      (error: Error) => {
        assert.match(
          error.message,
          new RegExp(`cannot create Widget ${namespace}/bad: the API server at https://`),
        );
        assert.match(error.message, /- spec\.size: .*greater than or equal to 1/);
        assert.match(error.message, /- spec\.colour: Unsupported value: "green"/);
        return true;
      },
    );
  });

  it("waits for a kind that is defined a moment later", async () => {
    const late = "late.stand-in.example.dev";
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `lates.${late}` },
      spec: {
        group: late,
        names: { kind: "Late", plural: "lates" },
        scope: "Namespaced",
        versions: [
          { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } },
        ],
      },
    };
    const updating = stack.up((provider) => {
      const args = { apiVersion: `${late}/v1`, kind: "Late", metadata: { name: "late", namespace } };
      new apiextensions.CustomResource("late", args, { provider });
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await applyAs("test", definition);
    assert.equal((await updating).create, 3);
    await kubectl("delete", "crd", definition.metadata.name);
  });

  it("records an object that exists but did not become ready, together with the error", async () => {
    const token = {
      metadata: { name: "token", namespace, annotations: { "kubernetes.io/service-account.name": "nobody" } },
      type: "kubernetes.io/service-account-token",
    };
    await assert.rejects(stack.up((provider) => new core.v1.Secret("token", token, { provider })));
    assert.match(await stack.state(), /"initErrors":\["no token was written into Secret /);
  });

  function configMap(name: string, data: Record<string, string>) {
    return { apiVersion: "v1" as const, kind: "ConfigMap" as const, metadata: { name, namespace }, data };
  }
  function widget(name: string) {
    return { apiVersion: widgetVersion, kind: "Widget", metadata: { name, namespace } };
  }
});

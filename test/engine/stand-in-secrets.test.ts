import assert from "node:assert/strict";
import { apiextensions, core } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { discard, kubectl, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";
import { defineWidget, widgetVersion } from "./stand-in-program/widget.ts";

const plain = "correct-horse-battery";
const encoded = Buffer.from(plain).toString("base64");

describe("stand-in: secrets", function () {
  this.timeout(60_000);
  let namespace: string;
  let stack: TestStack;
  before(() => defineWidget());
  beforeEach(async () => {
    namespace = await scratchNamespace();
    stack = await openStack();
  });
  afterEach(async () => {
    await stack.close();
    await discard(namespace);
  });

  /** Holds for the state after an update, after another that changes the object, and after a refresh. */
  async function staysSecret(program: (step: string) => Program): Promise<void> {
    for (const command of [
      () => stack.up(program("1")),
      () => stack.up(program("2")),
      () => stack.refresh(),
    ]) {
      await command();
      const state = await stack.state();
      assert.match(state, /"ciphertext":/, `${stack.output()}\n${state}`);
      assert.ok(!state.includes(plain), "the plain value stands in the state");
      assert.ok(!state.includes(encoded), "the encoded value stands in the state");
      assert.ok(!stack.output().includes(plain), "the plain value was printed");
    }
  }

  it("keeps a Secret's stringData and data out of the state, though the program did not mark them", async () => {
    await staysSecret((step) => (provider) => {
      const metadata = { name: "token", namespace, labels: { step } };
      new core.v1.Secret("s", { metadata, stringData: { token: plain } }, { provider });
    });
    assert.equal((await read("secret", "token", namespace))?.data?.token, encoded);
  });

  it("keeps a secret value of a ConfigMap out of the state", async () => {
    await staysSecret((step) => (provider) => {
      const metadata = { name: "settings", namespace, labels: { step } };
      new core.v1.ConfigMap("c", { metadata, data: { password: pulumi.secret(plain) } }, { provider });
    });
  });

  it("keeps a secret value inside a custom resource out of the state", async () => {
    await staysSecret((step) => (provider) => {
      const metadata = { name: "widget", namespace, labels: { step } };
      const spec = { colour: "red", note: pulumi.secret(plain) };
      new apiextensions.CustomResource(
        "w",
        { apiVersion: widgetVersion, kind: "Widget", metadata, spec },
        { provider },
      );
    });
  });

  it("keeps an imported Secret's data out of the state", async () => {
    await kubectl(
      "create",
      "secret",
      "generic",
      "imported",
      "-n",
      namespace,
      `--from-literal=token=${plain}`,
    );
    await staysSecret((step) => (provider) => {
      const metadata = { name: "imported", namespace, ...(step === "1" ? {} : { labels: { step } }) };
      const args = { metadata, data: { token: encoded }, type: "Opaque" };
      new core.v1.Secret("s", args, { provider, import: `${namespace}/imported` });
    });
  });
});

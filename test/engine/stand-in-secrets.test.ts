import assert from "node:assert/strict";
import { apiextensions, core } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { discard, kubectl, read, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";
import { defineWidget, widgetVersion } from "./stand-in-program/widget.ts";

/** Each resource has a secret of its own, so that each is missed alone. */
const plain = (name: string) => `correct-${name}-battery`;
const encoded = (name: string) => Buffer.from(plain(name)).toString("base64");

describe("stand-in: secrets", function () {
  this.timeout(60_000);
  let namespace: string;
  let stack: TestStack;
  /** The state after an update, after another that changes each object, and after a refresh, with what was printed. */
  const moments: { readonly state: string; readonly output: string }[] = [];

  const program =
    (step: string): Program =>
    (provider) => {
      const metadata = (name: string) => ({ name, namespace, labels: { step } });
      new core.v1.Secret(
        "token",
        { metadata: metadata("token"), stringData: { token: plain("token") } },
        { provider },
      );
      const data = { password: pulumi.secret(plain("settings")) };
      new core.v1.ConfigMap("settings", { metadata: metadata("settings"), data }, { provider });
      const spec = { colour: "red", note: pulumi.secret(plain("widget")) };
      const widget = { apiVersion: widgetVersion, kind: "Widget", metadata: metadata("widget"), spec };
      new apiextensions.CustomResource("widget", widget, { provider });
      const asItIs = { name: "imported", namespace, ...(step === "1" ? {} : { labels: { step } }) };
      const imported = { metadata: asItIs, data: { token: encoded("imported") }, type: "Opaque" };
      new core.v1.Secret("imported", imported, { provider, import: `${namespace}/imported` });
    };

  before(async () => {
    await defineWidget();
    namespace = await scratchNamespace();
    stack = await openStack();
    const literal = `--from-literal=token=${plain("imported")}`;
    await kubectl("create", "secret", "generic", "imported", "-n", namespace, literal);
    for (const command of [
      () => stack.up(program("1")),
      () => stack.up(program("2")),
      () => stack.refresh(),
    ]) {
      await command();
      moments.push({ state: await stack.state(), output: stack.output() });
    }
  });
  after(async () => {
    await stack.close();
    await discard(namespace);
  });

  function staysSecret(name: string): void {
    assert.equal(moments.length, 3);
    for (const { state, output } of moments) {
      const { resources } = (JSON.parse(state) as State).checkpoint.latest;
      const resource = resources.find(({ urn }) => urn.endsWith(`::${name}`));
      assert.match(JSON.stringify(resource), /"ciphertext":/, `${output}\n${state}`);
      assert.ok(!state.includes(plain(name)), "the plain value stands in the state");
      assert.ok(!state.includes(encoded(name)), "the encoded value stands in the state");
      assert.ok(!output.includes(plain(name)), "the plain value was printed");
    }
  }

  it("keeps a Secret's stringData and data out of the state, though the program did not mark them", async () => {
    staysSecret("token");
    assert.equal((await read("secret", "token", namespace))?.data?.token, encoded("token"));
  });

  it("keeps a secret value of a ConfigMap out of the state", () => staysSecret("settings"));

  it("keeps a secret value inside a custom resource out of the state", () => staysSecret("widget"));

  it("keeps an imported Secret's data out of the state", () => staysSecret("imported"));
});

interface State {
  readonly checkpoint: { readonly latest: { readonly resources: readonly { readonly urn: string }[] } };
}

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { MASTER, named, registered } from "./program.ts";

const ORGANIZATION = { webhooks: '{ url: "https://hooks.acme.example", scope: organization, groups: 2 }' };
const ONE_GROUP = '{ url: "https://hooks.acme.example", groups: 1 }';
const hmac = (purpose: string) => createHmac("sha256", MASTER).update(purpose).digest("hex");
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("BuildTriggers", () => {
  it("is one component of the platform, protected with all that it makes", async () => {
    const all = await registered(["nginx"]);
    assert.equal(named(all, "build-triggers").parent, "platform");
    const own = all.filter(({ parent }) => parent === "build-triggers");
    assert.ok(own.length > 10, `${own.length}`);
    assert.deepEqual(
      own.filter(({ protect }) => !protect),
      [],
    );
  });

  it("is not there where nothing is built, or where another stack has the platform", async () => {
    assert.ok(!(await registered([])).some(({ name }) => name.startsWith("build-triggers")));
    const all = await registered(["nginx"], { platform: "false" });
    assert.ok(!all.some(({ name }) => name.startsWith("build-triggers")));
    assert.ok(all.some(({ name }) => name === "nginx/webhook"));
  });

  it("signs each service's hook and opens its endpoint with the same secret, which is a secret of the engine's", async () => {
    const all = await registered(["nginx", "auth"], { webhooks: ONE_GROUP });
    const inputs = named(all, "build-triggers/secret-github-00").inputs as { stringData: unknown };
    assert.deepEqual(inputs.stringData, {
      secret: { auth: hmac("webhook/auth"), nginx: hmac("webhook/nginx") },
    });
    const hook = named(all, "nginx/webhook").inputs as { configuration: { secret: unknown } };
    assert.deepEqual(hook.configuration.secret, { secret: hmac("webhook/nginx") });
  });

  it("shows in the EventSource whether the master secret changed, and nothing of it", async () => {
    const all = await registered(["nginx"], { webhooks: ONE_GROUP });
    const { spec } = named(all, "build-triggers/event-source-github-00").inputs as {
      spec: { template: { metadata: { annotations: Record<string, string> } } };
    };
    assert.deepEqual(spec.template.metadata.annotations, {
      "kargo-fleet/secrets": hmac("rotation").slice(0, 16),
    });
    assert.doesNotMatch(JSON.stringify(spec), new RegExp(hmac("webhook/nginx")));
  });

  it("starts listening only when the Secret is there, and sends nothing before the bus", async () => {
    const all = await registered(["nginx"], { webhooks: ONE_GROUP });
    assert.ok(
      named(all, "build-triggers/event-source-github-00").waitsFor.includes(
        "build-triggers/secret-github-00",
      ),
    );
    assert.ok(named(all, "build-triggers/sensor-github-00").waitsFor.includes("build-triggers/event-bus"));
  });

  it("lets no team wait for another's build namespace: its own hooks wait, and no EventSource or Sensor does", async () => {
    const all = await registered(["nginx"], { webhooks: ONE_GROUP });
    const shared = all.filter(({ name }) => /\/(event-source|sensor|event-bus)/.test(name));
    assert.equal(shared.length, 3);
    for (const { name, waitsFor } of shared)
      assert.ok(!waitsFor.some((other) => other.startsWith("build-triggers/edge-")), name);
  });

  it("has one hook for all where the organization has it, and one EventSource for all groups", async () => {
    const all = await registered(["nginx", "auth", "api"], ORGANIZATION);
    assert.deepEqual(
      all.filter(({ type }) => /[wW]ebhook/.test(type)).map(({ name, type }) => [name, type]),
      [["build-triggers/webhook", "github:index/organizationWebhook:OrganizationWebhook"]],
    );
    const sources = all.filter(({ type }) => type.endsWith(":EventSource")).map(({ name }) => name);
    assert.deepEqual(sources, ["build-triggers/event-source-github-organization"]);
    assert.equal(all.filter(({ type }) => type.endsWith(":Sensor")).length, 2);
  });

  it("keeps Kargo's receiver in a ClusterConfig and its address where builds find it, both secret", async () => {
    const webhooks =
      '{ url: "https://hooks.acme.example", receiver: { url: "https://kargo.acme.example/webhooks" } }';
    const all = await registered(["nginx"], { webhooks });
    const key = hmac("kargo-receiver");
    const { data } = named(all, "build-triggers/receiver-secret").inputs as { data: unknown };
    assert.deepEqual(data, { secret: { secret: base64(key) } });
    const path = createHash("sha256").update(`kargo-fleet-builds${key}`).digest("hex");
    const found = named(all, "build-triggers/edge-receiver").inputs as { data: unknown };
    assert.deepEqual(found.data, {
      secret: { "curl.conf": base64(`url = "https://kargo.acme.example/webhooks/generic/${path}"\n`) },
    });
    assert.ok(named(all, "build-triggers/receiver").type.endsWith(":ClusterConfig"));
  });

  it("has Kargo read its receiver's Secret again at once where the master secret changes, and then alone", async () => {
    const webhooks =
      '{ url: "https://hooks.acme.example", receiver: { url: "https://kargo.acme.example/webhooks" } }';
    const refreshOf = async (master?: string) => {
      const receiver = named(
        await registered(["nginx"], { webhooks }, undefined, {}, undefined, master),
        "build-triggers/receiver",
      );
      const { metadata } = receiver.inputs as { metadata: { annotations: Record<string, string> } };
      return metadata.annotations["kargo.akuity.io/refresh"] ?? "";
    };
    const [first, same, other] = [await refreshOf(), await refreshOf(), await refreshOf("another master")];
    assert.match(first, /^[0-9a-f]{16}$/);
    assert.equal(first, same);
    assert.notEqual(first, other);
    assert.ok(!hmac("kargo-receiver").includes(first), "it is no part of the secret");
  });

  it("changes exactly one EventSource, one Sensor and one Secret when a service is added", async () => {
    const webhooks = '{ url: "https://hooks.acme.example", groups: 2 }';
    const names = ["a", "b", "c", "d", "e", "f"];
    const [before, after] = [
      await registered(names.slice(1), { webhooks }),
      await registered(names, { webhooks }),
    ];
    const old = new Map(before.map(({ name, inputs }) => [name, JSON.stringify(inputs)]));
    const changed = after.filter(
      ({ name, parent, inputs }) => parent === "build-triggers" && old.get(name) !== JSON.stringify(inputs),
    );
    assert.deepEqual(changed.map(({ type }) => type.split(":").at(-1)).sort(), [
      "EventSource",
      "Secret",
      "Sensor",
    ]);
  });
});

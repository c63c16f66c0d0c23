import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { MASTER, named, registered } from "./program.ts";

const ORGANIZATION = {
  webhooks: '{ url: "https://hooks.acme.example", scope: organization, groups: 2 }',
};
const RECEIVER = {
  webhooks: '{ url: "https://hooks.acme.example", receiver: { url: "https://kargo.acme.example/webhooks" } }',
};
const ONE_GROUP = '{ url: "https://hooks.acme.example", groups: 1 }';
const hmac = (purpose: string) => createHmac("sha256", MASTER).update(purpose).digest("hex");
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("BuildTriggers", () => {
  it("is one component of the platform, and protects everything that it creates", async () => {
    const all = await registered(["nginx"]);
    assert.equal(named(all, "build-triggers").parent, "platform");
    const own = all.filter(({ parent }) => parent === "build-triggers");
    assert.ok(own.length > 10, `${own.length}`);
    assert.deepEqual(
      own.filter(({ protect }) => !protect),
      [],
    );
  });

  it("does not exist if nothing is built, or if another stack has the platform", async () => {
    assert.ok(!(await registered([])).some(({ name }) => name.startsWith("build-triggers")));
    const all = await registered(["nginx"], { platform: "false" });
    assert.ok(!all.some(({ name }) => name.startsWith("build-triggers")));
    assert.ok(all.some(({ name }) => name === "nginx/webhook"));
  });

  it("uses the same secret Output for each service's hook and its endpoint", async () => {
    const all = await registered(["nginx", "auth"], { webhooks: ONE_GROUP });
    const inputs = named(all, "build-triggers/secret-github-00").inputs as { stringData: unknown };
    assert.deepEqual(inputs.stringData, {
      secret: { auth: hmac("webhook/auth"), nginx: hmac("webhook/nginx") },
    });
    const hook = named(all, "nginx/webhook").inputs as { configuration: { secret: unknown } };
    assert.deepEqual(hook.configuration.secret, { secret: hmac("webhook/nginx") });
  });

  it("shows in the EventSource that the master secret changed, without revealing it", async () => {
    const all = await registered(["nginx"], { webhooks: ONE_GROUP });
    const { spec } = named(all, "build-triggers/event-source-github-00").inputs as {
      spec: { template: { metadata: { annotations: Record<string, string> } } };
    };
    assert.deepEqual(spec.template.metadata.annotations, {
      "kargo-fleet/secrets": hmac("rotation").slice(0, 16),
    });
    assert.doesNotMatch(JSON.stringify(spec), new RegExp(hmac("webhook/nginx")));
  });

  it("starts the EventSource after its Secret and the EventBus", async () => {
    const all = await registered(["nginx"], { webhooks: ONE_GROUP });
    assert.ok(
      named(all, "build-triggers/event-source-github-00").waitsFor.includes(
        "build-triggers/secret-github-00",
      ),
    );
    assert.ok(named(all, "build-triggers/sensor-github-00").waitsFor.includes("build-triggers/event-bus"));
  });

  it("delays only a team's own hooks, and no EventSource or Sensor, if its build namespace is missing", async () => {
    const all = await registered(["nginx"], { webhooks: ONE_GROUP });
    const shared = all.filter(({ name }) => /\/(event-source|sensor|event-bus)/.test(name));
    assert.equal(shared.length, 3);
    for (const { name, waitsFor } of shared)
      assert.ok(!waitsFor.some((other) => other.startsWith("build-triggers/edge-")), name);
  });

  it("has one hook and one EventSource for all groups with the organization's hook", async () => {
    const all = await registered(["nginx", "auth", "api"], ORGANIZATION);
    assert.deepEqual(
      all.filter(({ type }) => /[wW]ebhook/.test(type)).map(({ name, type }) => [name, type]),
      [["build-triggers/webhook", "github:index/organizationWebhook:OrganizationWebhook"]],
    );
    const sources = all.filter(({ type }) => type.endsWith(":EventSource")).map(({ name }) => name);
    assert.deepEqual(sources, ["build-triggers/event-source-github-organization"]);
    assert.equal(all.filter(({ type }) => type.endsWith(":Sensor")).length, 2);
  });

  it("puts Kargo's receiver into a ClusterConfig and its address into the build namespaces, both as secrets", async () => {
    const all = await registered(["nginx"], RECEIVER);
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

  it("makes Kargo read its receiver's Secret again exactly when the master secret changes", async () => {
    const refreshOf = async (master?: string) => {
      const all = await registered(["nginx"], RECEIVER, undefined, {}, undefined, master);
      const { metadata } = named(all, "build-triggers/receiver").inputs as {
        metadata: { annotations: Record<string, string> };
      };
      return metadata.annotations["kargo.akuity.io/refresh"] ?? "";
    };
    const [first, same, other] = [await refreshOf(), await refreshOf(), await refreshOf("another master")];
    assert.match(first, /^[0-9a-f]{16}$/);
    assert.equal(first, same);
    assert.notEqual(first, other);
    assert.ok(!hmac("kargo-receiver").includes(first), "it is no part of the secret");
  });

  it("changes one EventSource, one Sensor and one Secret when a service is added", async () => {
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

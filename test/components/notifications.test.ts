import assert from "node:assert/strict";
import { Platform } from "../../components/platform.ts";
import { providers } from "../../components/providers.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";
import { MASTER, named } from "./program.ts";
import { type Registration, record } from "./recording.ts";

const NOTIFICATIONS =
  '{ kargo: "https://kargo.acme.example", argoCd: "https://argocd.acme.example", slack: { existingSecret: slack-app } }';

function registered(keys: Readonly<Record<string, string>>): Promise<readonly Registration[]> {
  const teams = { edge: { group: "AD-Edge", notify: { slack: "edge-releases" } } };
  const plan = planOf(catalogueText({ nginx: service("nginx") }, teams), stackText(keys));
  return record(() => {
    const { platform } = plan;
    assert.ok(platform);
    const opts = { providers: { ...providers(plan, undefined) }, protect: true };
    new Platform("platform", { platform, secrets: { webhookMasterSecret: MASTER } }, opts);
  });
}

describe("the component of messages", () => {
  const ours = (all: readonly Registration[]) => all.filter(({ name }) => name.startsWith("notifications"));

  it("is not registered by default, and changes no other resource", async () => {
    const [off, on] = [await registered({}), await registered({ notifications: NOTIFICATIONS })];
    assert.deepEqual(ours(off), []);
    assert.deepEqual(
      on.filter((one) => !ours(on).includes(one)),
      off,
    );
  });

  it("and its objects are not protected, because a stack may stop to send messages", async () => {
    const all = ours(await registered({ notifications: NOTIFICATIONS }));
    assert.equal(all.length, 5);
    assert.deepEqual(
      all.map(({ protect }) => protect === true),
      all.map(() => false),
    );
  });

  it("waits for the EventBus that carries the events", async () => {
    const all = await registered({ notifications: NOTIFICATIONS });
    const { waitsFor } = named(all, "notifications/event-source");
    assert.ok(waitsFor.includes("build-triggers/event-bus"), waitsFor.join());
    assert.ok(waitsFor.includes("notifications/service-account-watch"), waitsFor.join());
  });
});

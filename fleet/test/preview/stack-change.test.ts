import assert from "node:assert/strict";
import { knownClass } from "../../../model/change-classes.ts";
import { PROMOTION_FILES, stackText } from "../../../test/sources.ts";
import type { StackChange } from "../../preview/change.ts";
import { codes, compare, names, only, type Texts, texts } from "./compared-texts.ts";

const objects = (change: StackChange["shared"]) =>
  change.map(({ action, kind, name }) => `${action} ${kind} ${name}`);

const THREE = { auth: {}, "api-gw": {}, nginx: {} };

describe("the difference of two revisions", () => {
  it("is empty if the files are the same", () => {
    const { change, whole } = only(texts(THREE), texts(THREE));
    assert.deepEqual(
      [change.services, change.shared, change.sharedDiffers, whole],
      [[], [], false, undefined],
    );
  });

  it("contains only the changed service, with its changed objects", () => {
    const { change, whole } = only(
      texts(THREE),
      texts({ ...THREE, auth: { warehouse: { interval: "1h" } } }),
    );
    assert.deepEqual(names(change), ["update auth"]);
    assert.deepEqual(objects(change.services[0]?.objects ?? []), ["update Warehouse auth"]);
    assert.equal(whole, undefined);
  });

  it("contains a new service with all its objects, and the changed shared objects", () => {
    const { change } = only(texts({ nginx: {} }), texts({ nginx: {}, auth: {} }));
    assert.deepEqual(names(change), ["create auth"]);
    assert.ok(change.services[0]?.objects.every(({ action }) => action === "create"));
    assert.ok(objects(change.shared).some((line) => / Sensor /.test(line)));
  });

  it("contains a removed service, and the loss that the check reports", () => {
    const { change } = only(texts(THREE), texts({ nginx: {}, auth: {} }));
    assert.deepEqual(names(change), ["delete api-gw"]);
    assert.deepEqual(codes(change.losses), ["KF090"]);
  });

  it("contains no loss if the stack protects nothing", () => {
    const keys = { protect: "false" };
    assert.deepEqual(only(texts(THREE, keys), texts({ nginx: {} }, keys)).change.losses, []);
  });

  it("contains services that move together", () => {
    const { change } = only(
      texts(THREE),
      texts(THREE, { rollout: "{ promotionTask: { stable: v1, canary: v2, canaryServices: [auth] } }" }),
    );
    const moved = change.movements.map(({ from, to, services }) => [from, to, services]);
    assert.deepEqual(moved, [["v1", "v2", ["auth"]]]);
    assert.deepEqual(names(change), ["update auth"]);
  });

  it("shows a changed promotion file as a change of the shared task that runs in every service", () => {
    const [one = "", other = ""] = Object.values(PROMOTION_FILES);
    const keys = { promotionTasks: "{ v3: promotion/v3.yaml }" };
    const { change, whole } = only(
      { ...texts(THREE, keys), "promotion/v3.yaml": one },
      { ...texts(THREE, keys), "promotion/v3.yaml": other },
    );
    assert.deepEqual(
      change.inputs.map(({ path }) => path.join(".")),
      ["promotionTasks.v3"],
    );
    assert.equal(knownClass(["promotionTasks", "v3"])?.is, "source");
    assert.ok(objects(change.shared).includes("update ClusterPromotionTask kargo-fleet-promote-v3"));
    assert.equal(whole, "the shared promotion tasks changed");
  });

  it("shows a freeze and a window as changes of the shared calendar, and of no service", () => {
    const freeze = "freeze: [ { until: 2026-12-31, services: [auth], reason: winter } ]";
    const window =
      "windows: [ { zone: UTC, open: [ { from: '09:00', to: '16:00' } ], reason: office hours } ]";
    for (const rollout of [freeze, window]) {
      const { change } = only(texts(THREE), texts(THREE, { rollout: `{ ${rollout} }` }));
      assert.deepEqual(change.services, []);
      assert.deepEqual(objects(change.shared), ["update ConfigMap kargo-fleet-calendar"]);
    }
  });

  it("contains the head's problems, and no changes then", () => {
    const { change, whole } = only(texts(THREE), texts({ ...THREE, auth: { pipeline: "none" } }));
    assert.deepEqual(codes(change.problems), ["KF050"]);
    assert.deepEqual([change.after, change.services, whole], [undefined, [], undefined]);
  });

  it("contains stacks that only one revision has", () => {
    const added = stackText({ cluster: "{ name: other, context: o }" });
    const both = { ...texts(THREE), "Pulumi.new.yaml": added };
    const [first] = compare(texts(THREE), both);
    assert.equal(first?.change.stack, "new");
    assert.equal(first?.whole, "the base has no such stack");
    const [gone] = compare(both, texts(THREE));
    assert.deepEqual([gone?.change.after, gone?.change.services], [undefined, []]);
  });
});

describe("everything is previewed", () => {
  const whole = (head: Texts, base = texts(THREE)) => only(base, head).whole;

  it("if every service is affected", () => {
    assert.equal(whole(texts(THREE, { registry: "elsewhere.example" })), "every service is affected");
  });

  it("if a pipeline changed, even if few services use it", () => {
    const stages = (soak: string) =>
      `{ standard: [ { stage: dev, promotion: auto, sync: auto } ],
         slow: [ { stage: dev, promotion: auto, sync: auto }, { stage: prod, promotion: auto, sync: auto, after: [dev], soak: ${soak} } ] }`;
    const with_ = (soak: string) =>
      texts({ ...THREE, auth: { pipeline: "slow" } }, { pipelines: stages(soak) });
    assert.equal(whole(with_("2h"), with_("1h")), "a pipeline changed: slow");
  });

  for (const [key, value] of [
    ["cluster", "{ name: test, context: other }"],
    ["protect", "false"],
    ["webhookMasterSecret", "{ secure: v1:def }"],
    ["credentials", "{ image: { existingSecret: kept } }"],
    ["github", '{ owner: acme, url: "https://ghe.example" }'],
    ["github:token", "{ secure: v1:abc }"],
  ] as const) {
    it(`if the stack has another ${key}`, () => {
      const { change, whole: why } = only(texts(THREE), texts(THREE, { [key]: value }));
      assert.ok(change.sharedDiffers);
      assert.match(why ?? "", new RegExp(`^shared settings differ: .*${key}`));
    });
  }

  it("if secrets are encrypted with another key, which redirects them", () => {
    const head = { ...texts(THREE), "Pulumi.test.yaml": `${stackText()}encryptionsalt: v1:other\n` };
    const { change, redirects } = only(texts(THREE), head);
    assert.deepEqual([change.sharedDiffers, redirects], [true, true]);
  });

  it("without redirecting secrets if only the protection differs", () => {
    assert.equal(only(texts(THREE), texts(THREE, { protect: "false" })).redirects, false);
  });
});

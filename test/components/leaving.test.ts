import assert from "node:assert/strict";
import { named, registered } from "./program.ts";

const DECOMMISSIONED = { state: "decommissioned" };
const RETIRED = `{ standard: [ ${[
  "{ stage: dev, promotion: auto, sync: auto }",
  "{ stage: qa, promotion: auto, sync: auto, after: [dev], state: retired }",
].join()} ] }`;

const unprotected = (all: Awaited<ReturnType<typeof registered>>) =>
  all
    .filter(({ protect, type }) => !protect && !type.startsWith("pulumi:providers:"))
    .map(({ name }) => name);

describe("what leaves", () => {
  it("is, of a decommissioned service, everything, and nothing of any other", async () => {
    const all = await registered(["nginx"], { platform: "false" }, undefined, DECOMMISSIONED);
    const own = all.filter(({ name, parent }) => [name, parent].includes("nginx"));
    assert.equal(own.length, 17);
    assert.deepEqual(
      unprotected(all),
      own.map(({ name }) => name),
    );
  });

  it("is, of a retired stage, its Stage, its Application and the component around them, and nothing else", async () => {
    const all = await registered(["nginx"], { platform: "false", pipelines: RETIRED });
    assert.deepEqual(unprotected(all).sort(), ["nginx", "nginx/application-qa", "nginx/stage-qa"]);
  });

  it("gets no more pushes: the hook of a decommissioned service is off", async () => {
    const all = await registered(["nginx"], {}, undefined, DECOMMISSIONED);
    const { active } = named(all, "nginx/webhook").inputs as { active: boolean };
    assert.equal(active, false);
  });

  it("promotes nothing by itself", async () => {
    const { spec } = named(await registered(["nginx"], {}, undefined, DECOMMISSIONED), "nginx/project-config")
      .inputs as { spec: { promotionPolicies: { autoPromotionEnabled: boolean }[] } };
    assert.deepEqual(
      spec.promotionPolicies.map((policy) => policy.autoPromotionEnabled),
      [false, false, false],
    );
  });
});

describe("what leaves and was never made", () => {
  const withoutHook = (name: string) => name !== "nginx/webhook" && name !== "nginx/namespace";

  it("is not made now: to make it could fail as it failed before", async () => {
    const all = await registered(["nginx"], { platform: "false" }, undefined, DECOMMISSIONED, withoutHook);
    const names = all.map(({ name }) => name);
    assert.ok(!names.includes("nginx/webhook") && !names.includes("nginx/namespace"));
    assert.ok(names.includes("nginx/app-project"));
  });

  it("is everything of an active service all the same", async () => {
    const all = await registered(["nginx"], { platform: "false" }, undefined, {}, () => false);
    assert.equal(all.filter(({ name, parent }) => [name, parent].includes("nginx")).length, 17);
  });

  it("is, in the build namespace of a team whose services all leave, what the namespace never held", async () => {
    const inside = (name: string) => /^build-triggers\/edge-/.test(name);
    const all = await registered(["nginx"], {}, undefined, DECOMMISSIONED, (name) => !inside(name));
    assert.deepEqual(
      all.filter(({ name }) => inside(name)),
      [],
    );
  });
});

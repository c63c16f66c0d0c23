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

describe("resources without protection", () => {
  it("are all resources of a decommissioned service, and no others", async () => {
    const all = await registered(["nginx"], { platform: "false" }, undefined, DECOMMISSIONED);
    const own = all.filter(({ name, parent }) => [name, parent].includes("nginx"));
    assert.equal(own.length, 17);
    assert.deepEqual(
      unprotected(all),
      own.map(({ name }) => name),
    );
  });

  it("are a retired stage's Stage and Application, and no others", async () => {
    const all = await registered(["nginx"], { platform: "false", pipelines: RETIRED });
    assert.deepEqual(unprotected(all).sort(), ["nginx/application-qa", "nginx/stage-qa"]);
  });

  it("include the hook of a decommissioned service, which is off", async () => {
    const all = await registered(["nginx"], {}, undefined, DECOMMISSIONED);
    const { active } = named(all, "nginx/webhook").inputs as { active: boolean };
    assert.equal(active, false);
  });

  it("have no auto-promotion", async () => {
    const { spec } = named(await registered(["nginx"], {}, undefined, DECOMMISSIONED), "nginx/project-config")
      .inputs as { spec: { promotionPolicies: { autoPromotionEnabled: boolean }[] } };
    assert.deepEqual(
      spec.promotionPolicies.map((policy) => policy.autoPromotionEnabled),
      [false, false, false],
    );
  });
});

describe("resources that were never created", () => {
  const withoutHook = (name: string) => name !== "nginx/webhook" && name !== "nginx/namespace";

  it("are not created for a decommissioned service, since that could fail again", async () => {
    const all = await registered(["nginx"], { platform: "false" }, undefined, DECOMMISSIONED, withoutHook);
    const names = all.map(({ name }) => name);
    assert.ok(!names.includes("nginx/webhook") && !names.includes("nginx/namespace"));
    assert.ok(names.includes("nginx/app-project"));
  });

  it("are created for an active service", async () => {
    const all = await registered(["nginx"], { platform: "false" }, undefined, {}, () => false);
    assert.equal(all.filter(({ name, parent }) => [name, parent].includes("nginx")).length, 17);
  });

  it("are not created in the build namespace of a team whose services are all decommissioned", async () => {
    const inside = (name: string) => /^build-triggers\/edge-/.test(name);
    const all = await registered(["nginx"], {}, undefined, DECOMMISSIONED, (name) => !inside(name));
    assert.deepEqual(
      all.filter(({ name }) => inside(name)),
      [],
    );
  });
});

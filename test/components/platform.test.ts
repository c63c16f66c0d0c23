import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { manifestsOf } from "../../manifests/inventory/objects.ts";
import { platformInventory } from "../../manifests/inventory/platform.ts";
import { platformPlan } from "../sources.ts";
import { named, registered } from "./program.ts";
import { plain, type Registration } from "./recording.ts";

const CREDENTIALS = {
  credentials: "{ git: { username: kargo }, image: { username: reader } }",
  gitPassword: "{ secure: v1:abc }",
  imagePassword: "{ secure: v1:abc }",
};

describe("Platform", () => {
  let all: readonly Registration[] = [];
  before(async () => {
    all = await registered([]);
  });

  it("registers exactly the shared objects, protected", () => {
    const own = all.filter(({ parent }) => parent === "platform");
    assert.deepEqual(
      own.filter(({ protect }) => !protect),
      [],
    );
    assert.deepEqual(own.map(({ name }) => name.replace("platform/", "")).sort(), [
      "calendar",
      "kargo-users",
      "promotion-task-pull-request-v1",
      "promotion-task-pull-request-v2",
      "promotion-task-push-v1",
      "promotion-task-push-v2",
      "service-account-approvers-edge",
      "service-account-approvers-identity",
      "service-account-team-edge",
      "service-account-team-identity",
    ]);
  });

  it("registers a stack's own promotion tasks unprotected, and still protects the rest", async () => {
    const own = (await registered([], { promotionTasks: "{ v3: promotion/v3.yaml }" })).filter(
      ({ parent }) => parent === "platform",
    );
    assert.deepEqual(
      own.filter(({ protect }) => !protect).map(({ name }) => name),
      ["platform/promotion-task-push-v3"],
    );
    assert.ok(own.length > 5);
  });

  it("passes every manifest to the engine unchanged", () => {
    // The calendar exists already, so it is patched.
    const { calendar: _, ...manifests } = Object.fromEntries(manifestsOf(platformInventory(platformPlan())));
    assert.equal(Object.keys(manifests).length, 9);
    for (const [role, manifest] of Object.entries(manifests))
      assert.deepEqual(named(all, `platform/${role}`).inputs, plain(manifest), role);
  });

  it("creates Kargo's credentials as secrets from the stack's config", async () => {
    const recorded = await registered([], CREDENTIALS, () => ({
      gitPassword: pulumi.secret("planted-1"),
      imagePassword: pulumi.secret("planted-2"),
    }));
    const { data } = named(recorded, "platform/credential-git").inputs as { data: unknown };
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    assert.deepEqual(data, {
      secret: {
        repoURL: base64("https://github.com/acme/gitops.git"),
        username: base64("kargo"),
        password: base64("planted-1"),
      },
    });
  });
});

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { manifestsOf } from "../../manifests/inventory/objects.ts";
import { serviceInventory } from "../../manifests/inventory/service.ts";
import { servicePlan } from "../sources.ts";
import { MASTER, named, registered } from "./program.ts";
import { plain, type Registration } from "./recording.ts";

describe("ServicePipeline", () => {
  let all: readonly Registration[] = [];
  before(async () => {
    all = await registered(["nginx"]);
  });

  it("registers exactly the resources of its service", () => {
    assert.deepEqual(
      all
        .filter((each) => each.parent === "nginx")
        .map(({ type, name }) => `${name} ${type}`)
        .sort(),
      [
        "nginx/app-project kubernetes:argoproj.io/v1alpha1:AppProject",
        "nginx/application-dev kubernetes:argoproj.io/v1alpha1:Application",
        "nginx/application-prod kubernetes:argoproj.io/v1alpha1:Application",
        "nginx/application-staging kubernetes:argoproj.io/v1alpha1:Application",
        "nginx/namespace kubernetes:core/v1:Namespace",
        "nginx/project kubernetes:kargo.akuity.io/v1alpha1:Project",
        "nginx/project-config kubernetes:kargo.akuity.io/v1alpha1:ProjectConfig",
        "nginx/role-approvers kubernetes:rbac.authorization.k8s.io/v1:Role",
        "nginx/role-binding-approvers kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        "nginx/role-binding-team kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        "nginx/role-team kubernetes:rbac.authorization.k8s.io/v1:Role",
        "nginx/stage-dev kubernetes:kargo.akuity.io/v1alpha1:Stage",
        "nginx/stage-prod kubernetes:kargo.akuity.io/v1alpha1:Stage",
        "nginx/stage-staging kubernetes:kargo.akuity.io/v1alpha1:Stage",
        "nginx/warehouse kubernetes:kargo.akuity.io/v1alpha1:Warehouse",
        "nginx/webhook github:index/repositoryWebhook:RepositoryWebhook",
      ],
    );
  });

  it("has seventeen resources per service: the component and its sixteen parts", async () => {
    // The platform has the resources that turn pushes into images.
    const ofServices = (await registered(["a", "b", "c"])).filter(({ name }) => /^[abc](\/|$)/.test(name));
    assert.equal(ofServices.length, 3 * 17);
  });

  it("is one component at the top level", () => {
    const { type, parent } = named(all, "nginx");
    assert.deepEqual([type, parent], ["kargo-fleet:index:ServicePipeline", ""]);
  });

  it("protects everything that it creates", () => {
    const open = all.filter(({ name, parent, protect }) => [name, parent].includes("nginx") && !protect);
    assert.deepEqual(open, []);
  });

  it("protects nothing in a stack without protection", async () => {
    assert.deepEqual(
      (await registered(["nginx"], { protect: "false" })).filter(({ protect }) => protect),
      [],
    );
  });

  it("passes every manifest to the engine unchanged", () => {
    const manifests = manifestsOf(serviceInventory(servicePlan()));
    assert.equal(manifests.size, 15);
    for (const [role, manifest] of manifests)
      assert.deepEqual(named(all, `nginx/${role}`).inputs, plain(manifest), role);
  });

  it("creates the namespace before the Project, because Kargo sometimes refuses the Project otherwise", () => {
    assert.deepEqual(named(all, "nginx/project").waitsFor, ["nginx/namespace"]);
  });

  it("creates the namespace's content after the Project", () => {
    for (const role of ["project-config", "warehouse"]) {
      assert.deepEqual(named(all, `nginx/${role}`).waitsFor, ["nginx/project"]);
    }
  });

  it("creates a Stage after its policies, its Warehouse and its task, because Kargo does not check them", () => {
    assert.deepEqual(named(all, "nginx/stage-dev").waitsFor, [
      "nginx/project-config",
      "nginx/warehouse",
      "platform/promotion-task-pull-request-v1",
      "platform/promotion-task-pull-request-v2",
      "platform/promotion-task-push-v1",
      "platform/promotion-task-push-v2",
    ]);
  });

  it("binds the team and the approvers after their Roles, because Kubernetes refuses a binding to a missing one", () => {
    assert.deepEqual(named(all, "nginx/role-team").waitsFor, ["nginx/namespace"]);
    assert.deepEqual(named(all, "nginx/role-binding-team").waitsFor, ["nginx/role-team"]);
    assert.deepEqual(named(all, "nginx/role-binding-approvers").waitsFor, ["nginx/role-approvers"]);
  });

  it("creates the AppProject before its Applications", () => {
    assert.deepEqual(named(all, "nginx/application-dev").waitsFor, ["nginx/app-project"]);
  });

  it("creates a hook only after its EventSource, its Sensor and its team's build namespace", () => {
    const names = all.map(({ name }) => name);
    const hook = names.indexOf("nginx/webhook");
    for (const part of [
      "event-source-github-31",
      "sensor-github-31",
      "edge-role-binding-kargo-fleet-sensor",
    ]) {
      const at = names.indexOf(`build-triggers/${part}`);
      assert.ok(at >= 0 && at < hook, `${part} ${at}, hook ${hook}`);
    }
    // A dependency would extend targeted previews.
    assert.deepEqual(named(all, "nginx/webhook").waitsFor, []);
  });

  it("gives the hook its own endpoint and a secret derived from the master secret", () => {
    const secret = createHmac("sha256", MASTER).update("webhook/nginx").digest("hex");
    assert.deepEqual(named(all, "nginx/webhook").inputs, {
      repository: "nginx",
      active: true,
      events: ["push"],
      configuration: {
        contentType: "json",
        insecureSsl: false,
        secret: { secret },
        url: "https://hooks.acme.example/github-31/nginx",
      },
    });
  });

  it("uses the stack's own providers and never a default one", () => {
    for (const { name, type, provider } of all.filter(({ type }) => /^(kubernetes|github):/.test(type))) {
      assert.equal(provider, type.split(":")[0], name);
    }
  });

  it("does not depend on a platform that another stack owns", async () => {
    const there = await registered(["nginx"], { platform: "false" });
    assert.deepEqual(named(there, "nginx/stage-dev").waitsFor, ["nginx/project-config", "nginx/warehouse"]);
  });
});

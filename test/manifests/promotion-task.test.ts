import assert from "node:assert/strict";
import { stage } from "../../manifests/kargo.ts";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { servicePlan } from "../sources.ts";

const task = promotionTask({ name: "kargo-fleet-promote-v1", version: "v1", by: "push" });
const step = (alias: string) => task.spec.steps.find((each) => each.as === alias);

describe("the shared promotion task", () => {
  it("clones, writes the tag, commits, pushes, syncs", () => {
    assert.deepEqual(
      task.spec.steps.map(({ uses }) => uses),
      ["git-clone", "yaml-update", "git-commit", "git-push", "argocd-update"],
    );
  });

  it("demands every variable that its steps read, and every Stage gives exactly these", () => {
    const read = [...JSON.stringify(task.spec.steps).matchAll(/vars\.(\w+)/g)].map(([, name]) => name);
    const declared = task.spec.vars.map(({ name }) => name);
    const service = servicePlan();
    assert.deepEqual([...new Set(read)].sort(), [...declared].sort());
    assert.ok(task.spec.vars.every(({ value }) => value === undefined));
    for (const plan of service.stages) {
      const [reference] = stage(service, plan).spec.promotionTemplate?.spec.steps ?? [];
      assert.deepEqual(
        reference?.vars.map(({ name }) => name),
        declared,
      );
    }
  });

  it("checks out the folder of its service alone", () => {
    assert.deepEqual(step("clone")?.config, {
      repoURL: "${{ vars.repoURL }}",
      blobless: true,
      checkout: [{ branch: "${{ vars.branch }}", path: "./gitops", sparse: ["${{ vars.folder }}"] }],
    });
  });

  it("quotes the tag, since 1234567 unquoted becomes a number", () => {
    assert.match(JSON.stringify(step("update")?.config), /"key":"image\.tag","value":"\$\{\{ quote\(/);
  });

  it("commits with Kargo's own message", () => {
    assert.match(JSON.stringify(step("commit")?.config), /task\.outputs\['update'\]\.commitMessage/);
  });

  it("never clears a branch that all services share", () => {
    assert.doesNotMatch(JSON.stringify(task), /git-clear/);
  });

  it("never pins the revision of an Application on a shared branch", () => {
    assert.deepEqual(step("sync")?.config, {
      apps: [{ name: "${{ vars.application }}", namespace: "argocd" }],
    });
  });

  it("leaves the sync to a person where the Stage says so", () => {
    assert.equal(step("sync")?.if, "${{ vars.sync == 'auto' }}");
  });

  it("rides out an outage of the Git server: a failed Promotion stalls auto-promotion", () => {
    for (const alias of ["clone", "push"])
      assert.deepEqual(step(alias)?.retry, { errorThreshold: 18, timeout: "15m" });
  });

  it("tries a push often enough for a branch that many services push to", () => {
    assert.match(JSON.stringify(step("push")?.config), /"maxAttempts":50/);
  });
});

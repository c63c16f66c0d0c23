import assert from "node:assert/strict";
import { stage } from "../../manifests/kargo.ts";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { servicePlan } from "../sources.ts";

const task = promotionTask({ name: "kargo-fleet-promote-v1", version: "v1", by: "push" });
const step = (alias: string) => task.spec.steps.find((each) => each.as === alias);
const byPullRequest = promotionTask({
  name: "kargo-fleet-pull-request-v1",
  version: "v1",
  by: "pull-request",
});

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
      repoURL: "${{ quote(vars.repoURL) }}",
      blobless: true,
      checkout: [
        { branch: "${{ quote(vars.branch) }}", path: "./gitops", sparse: ["${{ quote(vars.folder) }}"] },
      ],
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
      apps: [{ name: "${{ quote(vars.application) }}", namespace: "argocd" }],
    });
  });

  it("leaves the sync to a person where the Stage says so", () => {
    assert.match(step("sync")?.if ?? "", /vars\.sync == 'auto'/);
  });

  it("lets no step with an `if` of its own run after one that failed, as Kargo's own `if` would", () => {
    const conditions = [task, byPullRequest].flatMap(({ spec }) =>
      spec.steps.flatMap((each) => each.if ?? []),
    );
    assert.equal(conditions.length, 3);
    for (const condition of conditions) assert.match(condition, /^\$\{\{ success\(\) && /);
  });

  it("quotes every variable that is a value by itself: a branch 1.0 would become a number", () => {
    for (const { spec } of [task, byPullRequest]) {
      assert.doesNotMatch(JSON.stringify(spec.steps.map(({ config }) => config)), /"\$\{\{ vars\.\w+ \}\}"/);
    }
  });

  it("rides out an outage of the Git server: a failed Promotion stalls auto-promotion", () => {
    for (const alias of ["clone", "push"])
      assert.deepEqual(step(alias)?.retry, { errorThreshold: 18, timeout: "15m0s" });
  });

  it("tries a push often enough for a branch that many services push to", () => {
    assert.match(JSON.stringify(step("push")?.config), /"maxAttempts":50/);
  });
});

describe("the shared task of promotion by pull request", () => {
  const steps = byPullRequest.spec.steps;
  const named = (alias: string) => steps.find((each) => each.as === alias);

  it("pushes to a branch of its own, opens a pull request, waits for its merge, then syncs", () => {
    assert.deepEqual(
      steps.map(({ uses }) => uses),
      [
        "git-clone",
        "yaml-update",
        "git-commit",
        "git-push",
        "git-open-pr",
        "git-wait-for-pr",
        "argocd-update",
      ],
    );
    assert.deepEqual(named("push")?.config, {
      path: "./gitops",
      generateTargetBranch: true,
      maxAttempts: 50,
    });
  });

  it("waits for none where nothing was opened, since the file says already what it should", () => {
    assert.equal(named("merge")?.if, "${{ success() && status('open') != 'Skipped' }}");
  });

  it("names GitHub, which Kargo cannot tell from the host of GitHub Enterprise", () => {
    for (const alias of ["open", "merge"]) {
      assert.match(JSON.stringify(named(alias)?.config), /"provider":"github"/);
    }
  });

  it("gives a person a week to merge", () => {
    assert.equal(named("merge")?.retry?.timeout, "168h0m0s");
  });
});

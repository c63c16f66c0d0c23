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

  it("requires every variable that its steps read, and every Stage sets exactly these", () => {
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

  it("checks out only the folder of its service", () => {
    assert.deepEqual(step("clone")?.config, {
      repoURL: "${{ quote(vars.repoURL) }}",
      blobless: true,
      checkout: [
        { branch: "${{ quote(vars.branch) }}", path: "./gitops", sparse: ["${{ quote(vars.folder) }}"] },
      ],
    });
  });

  for (const [title, alias, config] of [
    [
      "quotes the tag, since 1234567 unquoted becomes a number",
      "update",
      /"key":"image\.tag","value":"\$\{\{ quote\(/,
    ],
    ["commits with Kargo's own message", "commit", /task\.outputs\['update'\]\.commitMessage/],
    ["retries a push often enough for a busy shared branch", "push", /"maxAttempts":50/],
  ] as const)
    it(title, () => assert.match(JSON.stringify(step(alias)?.config), config));

  it("never clears the shared branch", () => {
    assert.doesNotMatch(JSON.stringify(task), /git-clear/);
  });

  it("never pins an Application's revision on a shared branch", () => {
    assert.deepEqual(step("sync")?.config, {
      apps: [{ name: "${{ quote(vars.application) }}", namespace: "argocd" }],
    });
  });

  it("skips the sync if the Stage has manual sync", () => {
    assert.match(step("sync")?.if ?? "", /vars\.sync == 'auto'/);
  });

  it("runs no step with its own `if` after a failed one, like Kargo's default `if`", () => {
    const conditions = [task, byPullRequest].flatMap(({ spec }) =>
      spec.steps.flatMap((each) => each.if ?? []),
    );
    assert.equal(conditions.length, 3);
    for (const condition of conditions) assert.match(condition, /^\$\{\{ success\(\) && /);
  });

  it("quotes every variable, because a branch 1.0 would become a number", () => {
    for (const { spec } of [task, byPullRequest]) {
      assert.doesNotMatch(JSON.stringify(spec.steps.map(({ config }) => config)), /"\$\{\{ vars\.\w+ \}\}"/);
    }
  });

  it("survives an outage of the Git server, because a failed Promotion stalls auto-promotion", () => {
    for (const alias of ["clone", "push"])
      assert.deepEqual(step(alias)?.retry, { errorThreshold: 18, timeout: "15m0s" });
  });
});

describe("the shared task of promotion by pull request", () => {
  const steps = byPullRequest.spec.steps;
  const named = (alias: string) => steps.find((each) => each.as === alias);

  it("pushes to its own branch, opens a pull request, waits for its merge, then syncs", () => {
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

  it("does not wait if no pull request was opened because the file already has the tag", () => {
    assert.equal(named("merge")?.if, "${{ success() && status('open') != 'Skipped' }}");
  });

  it("names GitHub as provider, which Kargo cannot detect for GitHub Enterprise", () => {
    for (const alias of ["open", "merge"]) {
      assert.match(JSON.stringify(named(alias)?.config), /"provider":"github"/);
    }
  });

  it("waits a week for the merge", () => {
    assert.equal(named("merge")?.retry?.timeout, "168h0m0s");
  });
});

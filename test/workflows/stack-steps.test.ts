import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { holdsNoSecret, openRunner, REPOSITORY, type Runner } from "./runner.ts";

const END = { summaryEvent: { resourceChanges: { same: 1 } } };
const drifted = (name: string) => ({
  resOutputsEvent: {
    metadata: {
      op: "update",
      urn: `urn:pulumi:prod::kargo-fleet::t$u::${name}`,
      type: "u",
      detailedDiff: { "spec.interval": { kind: "update" } },
    },
  },
});

describe("the workflows' steps for stacks", function () {
  this.timeout(120_000);
  let runner: Runner;

  before(async () => {
    runner = await openRunner();
  });
  after(() => runner.close());

  it("check the files, and list the stacks without the sandbox's", async () => {
    const stacks = await runner.job("up.yaml", "stacks", {});
    assert.ok(stacks.ok, stacks.log);
    assert.deepEqual(stacks.outputs, { "steps.check.outputs.stacks": '["prod"]' });
  });

  it("open one issue for a stack that drifts, update it, and close it when the drift is gone", async () => {
    const context = { "matrix.stack": "prod" };
    const look = async (events: readonly object[], exitCode = 0) => {
      await runner.engine(events, exitCode);
      const found = await runner.job("drift.yaml", "look", context);
      const issue = await runner.job("drift.yaml", "issue", context, found.ok ? found.temp : undefined);
      assert.ok(issue.ok, issue.log);
      holdsNoSecret(found, issue);
      return { ok: found.ok, log: issue.log };
    };
    const issues = () => runner.github.threads.list(REPOSITORY).filter(({ pullRequest }) => !pullRequest);
    assert.match((await look([drifted("nginx/warehouse"), END])).log, /is created\./);
    assert.match((await look([drifted("nginx/dev-stage"), END])).log, /is updated\./);
    const failed = await look([drifted("nginx/warehouse")], 255);
    assert.deepEqual(
      [failed.ok, failed.log.trim()],
      [false, "It is not known whether prod has drifted: see the job that looked."],
    );
    const [issue] = issues();
    assert.deepEqual([issues().length, issue?.title, issue?.open], [1, "prod has drifted", true]);
    assert.match(
      issue?.body ?? "",
      /^<!-- kargo-fleet drift prod -->\n[\s\S]*nginx\/dev-stage {2}changed: spec\.interval\n/,
    );
    assert.match((await look([END])).log, /is closed\./);
    assert.equal(issues()[0]?.open, false);
  });

  it("show an up's report on the page of its run, even if it failed", async () => {
    const metadata = {
      op: "create",
      urn: "urn:pulumi:prod::kargo-fleet::kargo-fleet:index:ServicePipeline$kubernetes:core/v1:Namespace::added/namespace",
      type: "kubernetes:core/v1:Namespace",
      detailedDiff: null,
    };
    await runner.engine([
      { resourcePreEvent: { metadata, planning: false } },
      { resOutputsEvent: { metadata, planning: false } },
      { summaryEvent: { resourceChanges: { create: 1 }, durationSeconds: 7, result: "succeeded" } },
    ]);
    const up = await runner.job("up.yaml", "up", { "matrix.stack": "prod" });
    assert.ok(up.ok, up.log);
    assert.match(
      await runner.engineCalls(),
      /pulumi up --continue-on-error --yes --non-interactive --color never --stack prod/,
    );
    assert.match(up.summary, /^## .*1 service[\s\S]*added/);
    assert.equal(await readFile(join(up.temp, "reports/prod.md"), "utf8"), up.summary);

    await runner.engine([{ diagnosticEvent: { severity: "error", message: "error: no cluster" } }], 255);
    const failed = await runner.job("up.yaml", "up", { "matrix.stack": "prod" });
    assert.deepEqual([failed.ok, /no cluster/.test(failed.summary)], [false, true], failed.log);
    holdsNoSecret(up, failed);
  });
});

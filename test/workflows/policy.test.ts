import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { execa } from "execa";
import { downloadOf } from "../../sandbox/toolchain/downloads.ts";
import { ensurePrograms } from "../../sandbox/toolchain/for-tests.ts";
import { programs } from "../../sandbox/toolchain/programs.ts";
import { TOOLCHAIN_TIMEOUT } from "../engine/control-plane.ts";
import { JOBS, SCRIPTS, WORKFLOWS } from "./workflow-files.ts";

/** The environment that guards jobs which run a pull request's program beside secrets. */
const APPROVED = "preview-program";

describe("the GitHub workflows", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  const steps = JOBS.flatMap(({ where, job }) => job.steps.map((step) => ({ where, job, step })));
  const onTarget = JOBS.filter(({ on }) => "pull_request_target" in on);

  it("are check, drift, preview and up", () => {
    assert.deepEqual(
      WORKFLOWS.map(({ file }) => file.split("/").at(-1)),
      ["check.yaml", "drift.yaml", "preview.yaml", "up.yaml"],
    );
  });

  it("pass actionlint", async () => {
    const { actionlint: path } = await ensurePrograms(["actionlint"], { quiet: true });
    const files = WORKFLOWS.map(({ file }) => file);
    const { stdout, exitCode } = await execa(path, ["-no-color", ...files], { reject: false });
    assert.deepEqual([stdout, exitCode], ["", 0]);
  });

  it("pin actions by commit, with the version in a comment", () => {
    const uses = WORKFLOWS.flatMap(({ text }) => text.match(/uses:.*/g) ?? []);
    assert.ok(uses.length > 20);
    for (const line of uses) assert.match(line, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const pins = new Set(uses.map((line) => line.replace(/@.*/, "")));
    assert.equal(new Set(uses).size, pins.size, "one version of each action");
  });

  it("have no default rights, and each job has its own rights and time limit", () => {
    for (const { file, workflow } of WORKFLOWS) assert.deepEqual(workflow.permissions, {}, file);
    for (const { where, job } of JOBS) {
      assert.ok(job.permissions !== undefined && job["timeout-minutes"] !== undefined, where);
      assert.equal(job.permissions.contents, "read", where);
    }
  });

  it("write only comments and issues, and never from a job with secrets", () => {
    const writers = JOBS.flatMap(({ where, job }) =>
      Object.entries(job.permissions ?? {})
        .filter(([key, value]) => value !== "read" && key !== "id-token")
        .map(([key, value]) => `${where} ${key}: ${value}`),
    );
    assert.deepEqual(writers, [
      "drift.yaml: issue issues: write",
      "preview.yaml: waiting pull-requests: write",
      "preview.yaml: comment pull-requests: write",
    ]);
    for (const { where, job } of JOBS) {
      const writes = Object.entries(job.permissions ?? {}).some(
        ([key, value]) => value === "write" && key !== "id-token",
      );
      assert.ok(!writes || !hasSecrets(job), where);
    }
  });

  it("have secrets and an identity only in jobs with an environment", () => {
    const secret = JOBS.filter(({ job }) => hasSecrets(job));
    assert.deepEqual(
      secret.map(({ where, job }) => [where, job.environment]),
      [
        ["drift.yaml: look", "preview"],
        ["preview.yaml: preview", "preview"],
        ["preview.yaml: preview-approved", APPROVED],
        ["up.yaml: up", "${{ matrix.stack }}"],
      ],
    );
  });

  it("pass secrets only to the step that needs them", () => {
    for (const { where, job } of JOBS) assert.doesNotMatch(JSON.stringify(job.env), /secrets\./, where);
    for (const { where, step } of steps)
      if (JSON.stringify(step).includes("secrets."))
        assert.match(step.run ?? "", /^\.github\/scripts\/with-cluster\.sh /, where);
  });

  it("pass text of others to scripts only through environment variables", () => {
    for (const { where, step } of steps) assert.doesNotMatch(step.run ?? "", /\$\{\{/, where);
  });

  it("leave no credential in the checkout", () => {
    const checkouts = steps.filter(({ step }) => step.uses?.startsWith("actions/checkout@"));
    assert.ok(checkouts.length >= JOBS.length);
    for (const { where, step } of checkouts) assert.equal(step.with["persist-credentials"], false, where);
  });

  it("have no cache in jobs with a pull request's program or secrets", () => {
    for (const { where, step } of steps) {
      if (step.uses?.startsWith("actions/setup-node@"))
        assert.equal(step.with["package-manager-cache"], false, where);
      if (step.uses?.startsWith("actions/cache@")) assert.match(where, /^check\.yaml/);
    }
  });

  it("check out the base, never the pull request, beside secrets", () => {
    assert.equal(onTarget.length, 5);
    for (const { where, job } of onTarget) {
      const refs = job.steps
        .filter(({ uses }) => uses?.startsWith("actions/checkout@"))
        .map((step) => step.with.ref);
      assert.deepEqual(refs, ["${{ github.sha }}"], where);
    }
  });

  it("run a pull request's own program only after an approval", () => {
    for (const { where, job } of onTarget) {
      const moves = job.steps.some(({ run = "" }) =>
        /git (checkout|switch|reset|merge|pull|worktree)/.test(run),
      );
      assert.equal(moves, job.environment === APPROVED, where);
      const heads = JSON.stringify(job).includes("pull_request.head.sha");
      assert.ok(
        !heads || /trust --base "\$BASE" --head "\$HEAD"/.test(JSON.stringify(job).replaceAll("\\", "")),
        where,
      );
    }
  });

  it("require a verdict of data for secrets without an approval", () => {
    const conditions = onTarget.map(({ name, job }) => [name, job.if]);
    assert.deepEqual(conditions.slice(0, 3), [
      ["route", undefined],
      ["preview", "needs.route.outputs.verdict == 'data-only' && needs.route.outputs.stacks != '[]'"],
      [
        "preview-approved",
        "needs.route.outputs.verdict == 'needs-approval' && needs.route.outputs.stacks != '[]'",
      ],
    ]);
    const preview = onTarget.find(({ name }) => name === "preview")?.job.steps ?? [];
    const commands = preview.flatMap(({ run }) => run ?? []);
    assert.deepEqual(commands.slice(-2), [
      'node fleet/bin.js trust --base "$BASE" --head "$HEAD" --take',
      ".github/scripts/with-cluster.sh .github/scripts/preview-stack.sh --data-only",
    ]);
  });

  it("have no secrets if forks can start them", () => {
    const open = JOBS.filter(({ on }) => "pull_request" in on);
    assert.equal(open.length, 2);
    for (const { where, job } of open) {
      assert.deepEqual(job.permissions, { contents: "read" }, where);
      assert.doesNotMatch(JSON.stringify(job), /secrets\.|github\.token/, where);
    }
  });

  it("never cancel an up, and run one at a time for each stack", () => {
    const up = JOBS.find(({ where }) => where === "up.yaml: up")?.job;
    assert.deepEqual(up?.concurrency, { group: "up-${{ matrix.stack }}", "cancel-in-progress": false });
  });

  it("install the toolchain's engine version", () => {
    const version = programs.find(({ name }) => name === "pulumi")?.version;
    const installs = steps.filter(({ step }) => step.uses?.startsWith("pulumi/actions@"));
    assert.equal(installs.length, 4);
    for (const { where, step } of installs) assert.deepEqual(step.with, { "pulumi-version": version }, where);
  });

  it("test each push with the official programs at the pinned versions", () => {
    const test = steps.filter(({ step }) => /^npm (test|run test:thorough)$/.test(step.run ?? ""));
    const downloaded = ["check.yaml: test", { KARGO_FLEET_TOOLCHAIN: "download" }];
    assert.deepEqual(
      test.map(({ where, step }) => [where, step.env]),
      [downloaded, downloaded],
    );
    const engine = programs.find(({ name }) => name === "pulumi")?.version;
    for (const program of programs) {
      const official = downloadOf(program, {}, { os: "linux", arch: "amd64" });
      const pinned = program.name === "pulumi-language-nodejs" ? engine : program.version;
      assert.equal(official?.version, pinned, program.name);
    }
  });

  it("call existing, executable scripts that stop at the first failure", () => {
    const called = [
      ...steps.flatMap(({ step }) => step.run?.match(/\.github\/scripts\/[\w-]+\.sh/g) ?? []),
      ...SCRIPTS.flatMap(
        (file) => readFileSync(file, "utf8").match(/(?<="\$\{0%\/\*\}\/)[\w-]+\.sh/g) ?? [],
      ).map((name) => `.github/scripts/${name}`),
    ];
    assert.deepEqual([...new Set(called)].sort(), SCRIPTS);
    for (const file of SCRIPTS) {
      assert.ok((statSync(file).mode & 0o111) !== 0, file);
      assert.match(readFileSync(file, "utf8"), /^#!\/usr\/bin\/env bash\n# .*\nset -euo pipefail\n/, file);
    }
  });
});

function hasSecrets(job: object): boolean {
  const text = JSON.stringify(job);
  return text.includes("secrets.") || text.includes('"id-token":"write"');
}

import assert from "node:assert/strict";
import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Thread } from "../../sandbox/github/threads.ts";
import { workflowToken } from "../github-playground.ts";
import { type JobRun, openRunner, REPOSITORY, type Runner, SECRETS } from "./runner.ts";

const MARKER = "<!-- kargo-fleet preview -->";
const VERDICT = "steps.trust.outputs.verdict";
const STACKS = "steps.trust.outputs.stacks";
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

describe("the workflows' steps", function () {
  this.timeout(120_000);
  let runner: Runner;

  before(async () => {
    runner = await openRunner();
  });
  after(() => runner.close());

  const thread = (number: number): Thread => {
    const found = runner.github.threads.find(REPOSITORY, number);
    if (found === undefined) throw new Error(`there is no thread ${number}`);
    return found;
  };
  const bodies = (number: number) => thread(number).comments.map(({ body }) => body);
  const edit = (file: string, from: string | RegExp, to: string) => async (folder: string) => {
    const text = await readFile(join(folder, file), "utf8");
    assert.notEqual(text.replace(from, to), text);
    await writeFile(join(folder, file), text.replace(from, to));
  };
  const addService = edit(
    "services.json",
    '"services": {',
    '"services": {\n    "added": { "team": "edge", "repository": "acme/added" },',
  );

  /** Opens a pull request, and returns the context of its run. */
  async function opened(change: (folder: string) => Promise<void>) {
    const { number, head } = await runner.pullRequest(change);
    const context = {
      "github.event.pull_request.number": String(number),
      "github.event.pull_request.head.sha": head,
      "matrix.stack": "prod",
    };
    return { number, head, context };
  }
  const after_ = (route: JobRun, result = "success") => ({
    "needs.route.result": result,
    "needs.route.outputs.stacks": route.outputs[STACKS] ?? "",
  });
  function holdsNoSecret(...runs: readonly JobRun[]) {
    for (const { log, summary } of runs)
      for (const secret of [...Object.values(SECRETS), workflowToken])
        assert.ok(!`${log}${summary}`.includes(secret), secret);
  }

  it("check the files, and list the stacks without the sandbox's", async () => {
    const stacks = await runner.job("up.yaml", "stacks", {});
    assert.ok(stacks.ok, stacks.log);
    assert.deepEqual(stacks.outputs, { "steps.check.outputs.stacks": '["prod"]' });
  });

  describe("for a pull request that changes data", () => {
    it("preview it with the base's program, and comment once, even behind many comments", async () => {
      const { number, context } = await opened(addService);
      for (let index = 0; index < 120; index += 1)
        runner.github.threads.write(REPOSITORY, thread(number), "ada", `${index}`);
      const route = await runner.job("preview.yaml", "route", context);
      assert.ok(route.ok, route.log);
      assert.deepEqual([route.outputs[VERDICT], route.outputs[STACKS]], ["data-only", '["prod"]']);

      await runner.engine([END]);
      const preview = await runner.job("preview.yaml", "preview", context);
      assert.ok(preview.ok, preview.log);
      assert.match(await runner.engineCalls(), /pulumi preview --stack prod [\s\S]*\n-rw-------\n/);
      assert.match(await runner.engineCatalogue(), /"added"/);

      const more = { ...context, ...after_(route) };
      const first = await runner.job("preview.yaml", "comment", more, preview.temp);
      assert.match(first.log, /is created\./);
      const [body = ""] = bodies(number).slice(120);
      assert.ok(body.startsWith(`${MARKER}\n\n## `), body);
      assert.match(body, /added/);
      assert.match(body, new RegExp(`\\(${runner.github.url}/acme/fleet/actions/runs/7\\)\\n$`));
      holdsNoSecret(route, preview, first);
      assert.ok(!body.includes("planted"));

      await writeFile(join(preview.temp, "reports/prod.md"), `${MARKER}\n## ✅ Another.\n`);
      const second = await runner.job("preview.yaml", "comment", more, preview.temp);
      assert.match(second.log, /is updated\./);
      assert.equal(bodies(number).length, 121);
      assert.match(bodies(number)[120] ?? "", /## ✅ Another\./);
    });

    it("comment even if the engine failed", async () => {
      const { number, context } = await opened(addService);
      await runner.engine([{ diagnosticEvent: { severity: "error", message: "error: no cluster" } }], 255);
      const preview = await runner.job("preview.yaml", "preview", context);
      assert.ok(!preview.ok);
      const route = { "needs.route.result": "success", "needs.route.outputs.stacks": '["prod"]' };
      await runner.job("preview.yaml", "comment", { ...context, ...route }, preview.temp);
      assert.match(bodies(number)[0] ?? "", /## ❌ Could not be previewed: prod\.[\s\S]*no cluster/);
    });

    it("comment even if the job died early", async () => {
      const { number, context } = await opened(addService);
      const route = { "needs.route.result": "success", "needs.route.outputs.stacks": '["prod"]' };
      await runner.job("preview.yaml", "comment", { ...context, ...route });
      assert.match(bodies(number)[0] ?? "", /❌ \*\*There is no preview of prod\*\*/);
    });
  });

  describe("for a pull request that changes more", () => {
    const changes = {
      "program code": edit("index.ts", /^/, 'throw new Error("the pull request ran");\n'),
      "the address of GitHub, so that the token would go there": edit(
        "Pulumi.prod.yaml",
        "{ owner: acme }",
        '{ owner: acme, url: "https://evil.example" }',
      ),
      "a workflow": edit(
        ".github/workflows/preview.yaml",
        "environment: preview-program",
        "environment: preview",
      ),
      "what decides it": edit("fleet/trust/stack-file.ts", '"rollout"', '"github", "rollout"'),
      "the catalogue into a link": async (folder: string) => {
        await rm(join(folder, "services.json"));
        await symlink("/proc/self/environ", join(folder, "services.json"));
      },
    };
    for (const [what, change] of Object.entries(changes))
      it(`ask for an approval: ${what}`, async () => {
        const { context } = await opened(change);
        const calls = await runner.engineCalls();
        const steps = await runner.job("preview.yaml", "preview", context);
        assert.ok(!steps.ok, "also a job that should not have started puts nothing beside secrets");
        assert.match(steps.log, /It needs an approval:/);
        assert.equal(await runner.engineCalls(), calls);
      });

    it("comment at once with the offline report, and later with the approved preview", async () => {
      const { number, context } = await opened(async (folder) => {
        await addService(folder);
        await edit("index.ts", /^/, "// the pull request's own\n")(folder);
      });
      const route = await runner.job("preview.yaml", "route", context);
      assert.ok(route.ok, route.log);
      assert.deepEqual([route.outputs[VERDICT], route.outputs[STACKS]], ["needs-approval", '["prod"]']);
      const waiting = await runner.job("preview.yaml", "waiting", context, route.temp);
      assert.match(waiting.log, /is created\./);
      assert.match(
        bodies(number)[0] ?? "",
        /🔒 \*\*This pull request changes more than data[\s\S]*index\.ts: it is not data[\s\S]*added/,
      );

      await runner.engine([END]);
      const approved = await runner.job("preview.yaml", "preview-approved", context);
      assert.ok(approved.ok, approved.log);
      const done = await runner.job(
        "preview.yaml",
        "comment",
        { ...context, ...after_(route) },
        approved.temp,
      );
      assert.match(done.log, /is updated\./);
      assert.equal(bodies(number).length, 1);
      assert.match(bodies(number)[0] ?? "", /Program code changed \(`index\.ts`\)/);
      holdsNoSecret(route, waiting, approved, done);
    });
  });

  it("report a conflict on the pull request", async () => {
    // Commits without a common history cannot be merged.
    const { number, context } = await opened(async (folder) => {
      await rm(join(folder, ".git"), { recursive: true });
      await execa("git", ["init", "--quiet"], { cwd: folder });
      // Without this change the commit could be identical to the base's.
      await writeFile(join(folder, "README.md"), "# Of its own\n");
    });
    const route = await runner.job("preview.yaml", "route", context);
    assert.ok(!route.ok);
    assert.deepEqual(route.outputs, {});
    const comment = await runner.job("preview.yaml", "comment", { ...context, ...after_(route, "failure") });
    assert.ok(comment.ok, comment.log);
    assert.match(
      bodies(number)[0] ?? "",
      /❌ \*\*This pull request could not be previewed\.\*\* Either it conflicts/,
    );
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
    const made = (name: string) => ({
      op: "create",
      urn: `urn:pulumi:prod::kargo-fleet::kargo-fleet:index:ServicePipeline$kubernetes:core/v1:Namespace::${name}`,
      type: "kubernetes:core/v1:Namespace",
      detailedDiff: null,
    });
    const events = ["added/namespace"].flatMap((name) => [
      { resourcePreEvent: { metadata: made(name), planning: false } },
      { resOutputsEvent: { metadata: made(name), planning: false } },
    ]);
    await runner.engine([
      ...events,
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

  it("fetch only a commit id", async () => {
    const context = {
      "github.event.pull_request.number": "1",
      "github.event.pull_request.head.sha": "--upload-pack=x",
    };
    const route = await runner.job("preview.yaml", "route", context);
    assert.match(route.log, /'--upload-pack=x' is no full commit id\./);
    assert.ok(!route.ok);
  });
});

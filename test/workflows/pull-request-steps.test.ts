import assert from "node:assert/strict";
import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Thread } from "../../sandbox/github/threads.ts";
import { holdsNoSecret, type JobRun, openRunner, REPOSITORY, type Runner } from "./runner.ts";

const MARKER = "<!-- kargo-fleet preview -->";
const VERDICT = "steps.trust.outputs.verdict";
const STACKS = "steps.trust.outputs.stacks";
const ROUTED = { "needs.route.result": "success", "needs.route.outputs.stacks": '["prod"]' };
const END = { summaryEvent: { resourceChanges: { same: 1 } } };

describe("the workflows' steps for a pull request", function () {
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

  describe("that changes data", () => {
    it("preview it with the base's program, and comment once, even behind many comments", async () => {
      const { number, context } = await opened(addService);
      for (let index = 0; index < 120; index += 1)
        runner.github.threads.write(thread(number), "ada", `${index}`);
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
      await runner.job("preview.yaml", "comment", { ...context, ...ROUTED }, preview.temp);
      assert.match(bodies(number)[0] ?? "", /## ❌ Could not be previewed: prod\.[\s\S]*no cluster/);
    });

    it("comment even if the job died early", async () => {
      const { number, context } = await opened(addService);
      await runner.job("preview.yaml", "comment", { ...context, ...ROUTED });
      assert.match(bodies(number)[0] ?? "", /❌ \*\*There is no preview of prod\*\*/);
    });
  });

  describe("that changes more", () => {
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

import assert from "node:assert/strict";
import { catalogueOf } from "../sources.ts";
import { succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack, type Run, TOKEN } from "./fleet-stack.ts";
import {
  ALL_FILES,
  BOTH,
  DECOMMISSIONED,
  pipelines,
  policies,
  refused,
  resources,
  takeName,
  touched,
  uid,
  valuesFiles,
  WITHOUT_AUTH,
} from "./lifecycle-stack.ts";

describe("a removed service or Stage, on a real engine and API server", () => {
  let stack: FleetStack;
  let everything: readonly string[] = [];

  before(async () => {
    stack = await openFleetStack(["nginx", "auth"]);
    await configure({ pipelines: pipelines() });
    await stack.writeCatalogue(catalogueOf(BOTH));
  });

  after(() => stack?.close());

  /** Another stack owns the shared resources, so that only the service's own change here. */
  const configure = (keys: Readonly<Record<string, string>>) =>
    stack.writeConfig({ platform: "false", ...keys });
  describe("without the first step", () => {
    it("is kept by protection after an up that failed before it wrote its output", async () => {
      const release = await takeName(stack);
      const first = await stack.cli("up", "--yes", "--skip-preview");
      await release();
      assert.ok(first.failed);
      assert.match(first.output, /"nginx-dev" already exists/);
      await stack.writeCatalogue(catalogueOf(WITHOUT_AUTH));
      const { failed, output } = await stack.preview();
      await stack.writeCatalogue(catalogueOf(BOTH));
      await succeeds(stack.up());
      everything = await stack.objects();
      assert.ok(everything.includes("Project /kargo-auth"));
      assert.ok(failed);
      assert.match(output, /auth\S* cannot be deleted[\s\S]*protect/);
    });

    for (const command of ["preview", "up"] as const) {
      it(`is refused by ${command} when its entry is removed`, async () => {
        await stack.writeCatalogue(catalogueOf(WITHOUT_AUTH));
        await refused(
          stack,
          command,
          /error: 1 problem found; nothing was touched\.\n.*services\.json:\d+:\d+ {2}services\.auth {2}"auth" is provisioned, and its entry is gone: .*set "state": "decommissioned", run pulumi up, then remove the entry\./,
        );
      });
    }

    it("is explained when a service is renamed", async () => {
      await stack.writeCatalogue(catalogueOf({ nginx: {}, login: { repository: "acme/auth" } }));
      await refused(stack, "up", /services\.login {2}"login" has the repository of "auth"/);
      await stack.writeCatalogue(catalogueOf(BOTH));
    });

    it("is refused when percent is lowered", async () => {
      await configure({ pipelines: pipelines(), rollout: "{ percent: 0 }" });
      await refused(
        stack,
        "up",
        /rollout\.percent {2}is 0 \(was 100\) and no longer reaches 2 provisioned services: auth, nginx\./,
      );
    });

    it("is refused when it is excluded", async () => {
      await configure({ pipelines: pipelines(), rollout: "{ exclude: [{ names: [auth] }] }" });
      await refused(stack, "up", /rollout\.exclude\[0\] {2}excludes 1 provisioned service: auth\./);
      await configure({ pipelines: pipelines() });
    });

    it("is refused when its values files are in another place, until they are moved", async () => {
      const gitops = '{ repository: acme/gitops, path: "apps/{service}" }';
      await configure({ pipelines: pipelines(), gitops });
      await refused(
        stack,
        "up",
        /gitops {2}sets another place for the values files of 2 provisioned services: auth, nginx\./,
      );
      process.env.GITHUB_TOKEN = TOKEN;
      const moved = await stack.fleet("move-values");
      assert.equal(moved.code, 0, moved.output);
      assert.match(moved.output, /^services\/nginx\/values-prod\.yaml -> apps\/nginx\/values-prod\.yaml$/m);
      const { steps } = await succeeds(stack.preview());
      assert.equal(steps["nginx/application-dev"], "update");
      await configure({ pipelines: pipelines() });
      const back = await stack.fleet("seed");
      delete process.env.GITHUB_TOKEN;
      assert.equal(back.code, 0, back.output);
    });

    it("is refused after a refresh too, which keeps the last output, by the preview before an up", async () => {
      await stack.writeCatalogue(catalogueOf(WITHOUT_AUTH));
      await succeeds(stack.refresh());
      const { failed, output } = await stack.cli("up", "--yes");
      assert.ok(failed);
      assert.match(output, /"auth" is provisioned, and its entry is gone/);
      await stack.writeCatalogue(catalogueOf(BOTH));
    });
  });

  describe("in two steps", () => {
    describe("in the first step", () => {
      let run: Run;
      let project: string;

      before(async () => {
        project = await uid(stack, "projects.kargo.akuity.io", "kargo-auth");
        await stack.writeCatalogue(catalogueOf(DECOMMISSIONED));
        await configure({ pipelines: pipelines() });
        run = await succeeds(stack.up());
      });

      it("has its hook, auto-promotion and protection turned off, and nothing else changes", async () => {
        assert.deepEqual(touched(run, "auth"), ["update auth/project-config", "update auth/webhook"]);
        assert.match(run.output, /Decommissioned: auth\. The hook is off, and the next up deletes it/);
        assert.deepEqual(
          stack.github.hooks("acme/auth").map(({ active }) => active),
          [false],
        );
        assert.deepEqual(await policies(stack, "auth"), { dev: false, prod: false });
        assert.deepEqual(await stack.objects(), everything);
        assert.equal(await uid(stack, "projects.kargo.akuity.io", "kargo-auth"), project);
        const open = (await resources(stack)).filter((one) => /::auth[/ ].*false$|::auth false$/.test(one));
        assert.equal(open.length, 1 + 14);
      });
    });

    describe("in the second step", () => {
      let run: Run;

      before(async () => {
        run = await succeeds(stack.up());
      });

      it("loses its hook, which the engine deletes only after it is unprotected", async () => {
        assert.deepEqual(touched(run, "auth"), ["delete auth/webhook"]);
        assert.deepEqual(stack.github.hooks("acme/auth"), []);
        assert.deepEqual(await stack.objects(), everything);
      });

      it("does not change in the next up", async () => {
        assert.deepEqual(touched(await succeeds(stack.preview())), []);
      });
    });
  });

  describe("of the stack or of a pipeline", () => {
    const qa = (state: string) =>
      configure({
        pipelines: pipelines(`{ stage: qa, promotion: auto, sync: auto, after: [dev], state: ${state} },`),
      });

    it("is restored when it is active again, with a hook and protection, here with a new stage", async () => {
      await stack.writeCatalogue(catalogueOf(BOTH));
      await qa("active");
      assert.deepEqual(touched(await succeeds(stack.up()), "auth"), [
        "create auth/application-qa",
        "create auth/stage-qa",
        "create auth/webhook",
        "update auth/app-project",
        "update auth/project-config",
        "update auth/role-team",
      ]);
    });

    it("is refused when its entry is removed and when a stage is dropped, each with its reason", async () => {
      await stack.writeCatalogue(catalogueOf(WITHOUT_AUTH));
      await configure({ pipelines: pipelines() });
      await refused(
        stack,
        "up",
        /error: 2 problems found; nothing was touched\./,
        /"auth" is provisioned, and its entry is gone/,
        /pipelines\.standard {2}the stage "qa" was removed; 1 provisioned service has it: nginx\./,
      );
    });

    it("stops promoting when it is retired, and still exists", async () => {
      await stack.writeCatalogue(catalogueOf(DECOMMISSIONED));
      await qa("retired");
      const run = await succeeds(stack.up());
      assert.deepEqual(touched(run, "nginx"), ["update nginx/project-config"]);
      assert.match(run.output, /Retired: the stage qa of pipeline standard\./);
      assert.deepEqual(await policies(stack, "nginx"), { dev: true, qa: false, prod: false });
      assert.ok((await stack.objects()).includes("Stage kargo-nginx/qa"));
    });

    describe("after it was decommissioned or retired", () => {
      let run: Run;

      before(async () => {
        await stack.writeCatalogue(catalogueOf(WITHOUT_AUTH));
        await configure({ pipelines: pipelines() });
        run = await succeeds(stack.up());
      });

      it("is deleted as a service, and nothing of another; its values files stay in Git", async () => {
        assert.match(run.output, /Deleted now: auth\./);
        assert.deepEqual(
          await stack.objects(),
          everything.filter((one) => !/[/-]auth(\/|-dev$|-prod$|$)/.test(one)),
        );
        assert.deepEqual(stack.github.hooks("acme/auth"), []);
        assert.equal(stack.github.hooks("acme/nginx").length, 1);
        assert.deepEqual(await valuesFiles(stack, "auth"), ALL_FILES);
      });

      it("is deleted as a stage, and nothing else; its values file stays in Git", async () => {
        assert.deepEqual(
          touched(run, "nginx").filter((step) => step.startsWith("delete")),
          ["delete nginx/application-qa", "delete nginx/stage-qa"],
        );
        assert.deepEqual(await valuesFiles(stack, "nginx"), ALL_FILES);
      });
    });
  });

  describe("in a stack without protection", () => {
    it("is reported and deleted", async () => {
      await configure({ pipelines: pipelines(), protect: "false" });
      assert.deepEqual(touched(await succeeds(stack.up())), []);
      await stack.writeCatalogue(catalogueOf({}));
      const run = await succeeds(stack.up());
      assert.match(
        run.output,
        /The stack has protect: false, so this will be deleted:\n.*"nginx" is provisioned/,
      );
      assert.ok(!(await stack.objects()).includes("Project /kargo-nginx"));
    });
  });
});

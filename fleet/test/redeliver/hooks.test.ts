import assert from "node:assert/strict";
import { catalogueText, planOf, service, stackText } from "../../../test/sources.ts";
import { hookTargets } from "../../redeliver/hook-targets.ts";
import { summary } from "../../redeliver/report.ts";
import { CATALOGUE, hourAgo, lostPushes, ORGANIZATION } from "./lost-pushes.ts";

describe("fleet redeliver", function () {
  this.timeout(60_000);
  const { server, listener, lose, asked, addOrganizationHook, run } = lostPushes();

  it("ignores other events and other hooks", async () => {
    const url = "https://hooks.acme.example/somebody/else";
    listener().answer(() => 503);
    await server().call("POST", "/repos/acme/nginx/hooks", { config: { url, content_type: "json" } });
    await lose("nginx");
    const { outcomes } = await run();
    assert.deepEqual(outcomes, ["nginx delivered"]);
    assert.equal(asked().length, 1);
  });

  it("handles only the chosen services", async () => {
    await lose("nginx", "public");
    assert.deepEqual((await run({ names: ["public"] })).outcomes, ["public delivered"]);
    assert.equal(asked().length, 1);
  });

  it("reports a missing hook", async () => {
    const [hook] = server().github.hooks("acme/nginx");
    await server().call("DELETE", `/repos/acme/nginx/hooks/${hook?.id}`);
    const { problems, code } = await run();
    assert.equal(code, 1);
    assert.match(problems[0]?.message ?? "", /there is no hook for https:.*nginx\. Run pulumi up\./);
  });

  it("reads the organization's hook, and handles only pushes for the chosen services", async () => {
    const plan = planOf(CATALOGUE, ORGANIZATION);
    for (const name of ["nginx", "public"]) {
      const [hook] = server().github.hooks(`acme/${name}`);
      await server().call("DELETE", `/repos/acme/${name}/hooks/${hook?.id}`);
    }
    await addOrganizationHook();
    await lose("nginx", "gitops", "public");
    const { outcomes, hooks } = await run({ plan, names: ["public"] });
    assert.deepEqual([outcomes, hooks], [["public delivered"], 1]);
    assert.deepEqual((await run({ plan })).outcomes, ["nginx delivered"]);
    assert.ok(asked().every(({ path }) => path.startsWith("/orgs/acme/hooks/")));
  });

  it("names the stack that owns the organization's hook, if it is another one", async () => {
    const shard = stackText({
      webhooks: '{ url: "https://hooks.acme.example", scope: organization }',
      platform: "false",
    });
    await assert.rejects(run({ plan: planOf(CATALOGUE, shard) }), /stack with platform: true/);
  });

  it("skips a decommissioned service", async () => {
    await lose("nginx", "public");
    const leaving = service("nginx", { state: "decommissioned" });
    for (const stack of [stackText(), ORGANIZATION]) {
      const plan = planOf(catalogueText({ nginx: leaving, public: service("public") }), stack);
      const targets = hookTargets(plan, plan.services);
      assert.deepEqual(
        targets.flatMap(({ services }) => services.map(({ name }) => name)),
        ["public"],
      );
    }
  });

  it("skips a service that another system builds", async () => {
    const plan = planOf(catalogueText({ nginx: service("nginx", { build: false }) }));
    const redelivery = await run({ plan });
    assert.deepEqual([redelivery.hooks, redelivery.code], [0, 0]);
    assert.match(summary(redelivery, hourAgo()), /^There is no webhook/);
  });
});

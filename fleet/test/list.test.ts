import assert from "node:assert/strict";
import { catalogueText, service, stackText } from "../../test/sources.ts";
import { eachFolder } from "./folder.ts";

describe("fleet list", function () {
  this.timeout(60_000);
  const folder = eachFolder({
    "services.json": catalogueText({
      auth: service("auth", { labels: { tier: "critical" }, state: "decommissioned" }),
      docs: service("docs"),
      lab: service("lab", { labels: { tier: "critical" } }),
      web: service("web", { labels: { tier: "critical" } }),
    }),
    "Pulumi.prod.yaml": stackText({
      rollout:
        "{ include: [ { labels: { tier: critical } } ], exclude: [ { names: [lab] } ], shard: { index: 1, of: 1 }, promotionTask: { canary: v2, canaryServices: [web] }, freeze: [ { stages: [dev], services: [web], until: 2099-12-31, reason: year end } ], windows: [ { stages: [prod], zone: Europe/Berlin, open: [ { days: [Mon, Tue], from: '09:00', to: '16:00' } ], reason: office hours } ] }",
    }),
  });

  it("shows the services that a stack gets, and why it does not get the others", async () => {
    const { exitCode, stdout } = await folder.run("list", "--stack", "prod");
    assert.equal(exitCode, 0);
    assert.deepEqual(stdout.split("\n"), [
      "Stack prod, cluster test: 2 of 4 services",
      "Frozen until 2099-12-31 (year end): no Promotion to dev of web passes.",
      "Open Mon Tue 09:00-16:00 Europe/Berlin (office hours): prod of every service.",
      "SERVICE  TEAM  PIPELINE  TASK  STAGES",
      "auth     edge  standard  v1    dev staging prod  decommissioned",
      "web      edge  standard  v2    dev staging prod",
      "Not here, 2:",
      "  docs  rollout.include does not match it",
      "  lab   rollout.exclude[0] excludes it",
      "",
    ]);
  });

  it("prints the same as JSON", async () => {
    const [listing] = JSON.parse((await folder.run("list", "--json")).stdout);
    const names = listing.services.map(({ name }: { name: string }) => name);
    assert.deepEqual([listing.stack, listing.cluster, names], ["prod", "test", ["auth", "web"]]);
    assert.deepEqual(listing.absent[0], { name: "docs", reason: "rollout.include does not match it" });
  });

  it("suggests the nearest stack for a typo", async () => {
    const { exitCode, stderr } = await folder.run("list", "--stack", "prdo");
    assert.deepEqual(
      [exitCode, stderr],
      [1, 'There is no stack "prdo" here (there are: prod). Did you mean "prod"?\n'],
    );
  });
});

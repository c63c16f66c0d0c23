import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { at } from "../../../test/github-playground.ts";
import { catalogueText, planOf, service } from "../../../test/sources.ts";
import { summary } from "../../redeliver/report.ts";
import { lostPushes } from "./lost-pushes.ts";

describe("fleet redeliver", function () {
  this.timeout(60_000);
  const { server, listener, settled, push, lose, heard, asked, run } = lostPushes();

  it("redelivers exactly the undelivered pushes, in the same bytes", async () => {
    await push("nginx");
    await lose("nginx", "public");
    await push("public");
    const [, lostNginx, lostPublic] = heard();
    const before = heard().length;
    const { outcomes, code } = await run();
    assert.deepEqual(outcomes, ["nginx delivered", "public delivered"]);
    assert.equal(code, 0);
    const again = heard().slice(before);
    assert.deepEqual(
      again.map(({ body, headers }) => [body, headers["x-github-delivery"]]),
      [lostNginx, lostPublic].map((each) => [each?.body, each?.headers["x-github-delivery"]]),
    );
  });

  it("has nothing to do the second time", async () => {
    await lose("nginx");
    await run();
    const { pushes, code } = await run();
    assert.deepEqual([pushes, code, asked().length], [[], 0, 1]);
  });

  it("changes nothing in a dry run, and its exit code says that there is something to do", async () => {
    await lose("nginx");
    const { outcomes, pushes, code } = await run({ dryRun: true });
    assert.deepEqual([outcomes, code, asked().length], [["nginx found"], 2, 0]);
    const [found] = pushes;
    assert.deepEqual([found?.detail.repository, found?.detail.ref], ["acme/nginx", "refs/heads/main"]);
    assert.match(found?.detail.after ?? "", /^[0-9a-f]{40}$/);
    assert.equal(found?.last.status, "Invalid HTTP Response: 503");
  });

  it("delivers in the order of the pushes, across all repositories", async () => {
    for (const name of ["public", "nginx", "public"]) {
      await lose(name);
      // GitHub's times have a resolution of one second.
      await sleep(1_050);
    }
    const lost = heard().map(({ body }) => body);
    await run();
    assert.deepEqual(
      heard().map(({ body }) => body),
      [...lost, ...lost],
    );
  });

  it("reports a push that failed again, with the listener's status", async () => {
    await lose("nginx");
    listener().answer(() => 401);
    const { outcomes, pushes, code } = await run();
    assert.deepEqual([outcomes, code], [["nginx failed"], 2]);
    assert.equal(pushes[0]?.last.status, "Invalid HTTP Response: 401");
  });

  it("waits for the answer of a slow listener", async () => {
    await lose("nginx");
    listener().answer(() => undefined);
    const { pushes, outcomes } = await run();
    assert.deepEqual([outcomes, pushes[0]?.last.status], [["nginx failed"], "timed out"]);
  });

  it("looks only as far back as --since says", async () => {
    await lose("nginx");
    await sleep(1_100);
    const { pushes, code } = await run({ since: new Date() });
    assert.deepEqual([pushes, code], [[], 0]);
  });

  it("finds a push on a later page of deliveries", async () => {
    await lose("nginx");
    const [hook] = server().github.hooks("acme/nginx");
    const deliveries = `/repos/acme/nginx/hooks/${hook?.id}/deliveries`;
    const ping = at(await server().call("GET", deliveries), 1, "id");
    for (let count = 0; count < 120; count += 1)
      await server().call("POST", `${deliveries}/${ping}/attempts`);
    await settled();
    assert.deepEqual((await run()).outcomes, ["nginx delivered"]);
  });

  it("skips a push whose branch has a newer commit, if the latest build wins", async () => {
    const newest = { tags: { strategy: "newest-build" } };
    const plan = planOf(catalogueText({ nginx: service("nginx", newest), public: service("public") }));
    await lose("nginx", "nginx", "public", "public");
    const { outcomes, code } = await run({ plan });
    assert.deepEqual(outcomes.toSorted(), [
      "nginx delivered",
      "nginx overtaken",
      "public delivered",
      "public delivered",
    ]);
    const nginx = outcomes.filter((outcome) => outcome.startsWith("nginx"));
    assert.deepEqual(nginx, ["nginx overtaken", "nginx delivered"]);
    assert.equal(code, 0);
  });

  it("summarizes the pushes and their outcomes", async () => {
    await lose("nginx", "public");
    const since = new Date("2026-11-25T12:00:00Z");
    const found = await run({ dryRun: true });
    assert.equal(
      summary(found, since),
      "2 hooks read, back to 2026-11-25 12:00 UTC: 2 pushes were not delivered.",
    );
    assert.match(summary(await run(), since), /2 pushes were not delivered; of these 2 delivered\.$/);
    assert.match(summary(await run(), since), /12:00 UTC: every push was delivered\.$/);
  });
});

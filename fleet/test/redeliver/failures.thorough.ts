import assert from "node:assert/strict";
import { planOf } from "../../../test/sources.ts";
import { FleetError } from "../../fleet-error.ts";
import { CATALOGUE, lostPushes, ORGANIZATION } from "./lost-pushes.ts";

describe("fleet redeliver", function () {
  this.timeout(60_000);
  const { server, listener, lose, run } = lostPushes();

  it("names a repository that the token may not read, and continues", async () => {
    await lose("nginx", "public");
    server().github.faults.add({ kind: "error", path: "/repos/acme/nginx/hooks", status: 404 });
    const { outcomes, problems, code } = await run();
    assert.deepEqual([outcomes, code], [["public delivered"], 1]);
    assert.equal(problems.length, 1);
    assert.deepEqual([problems[0]?.place, problems[0]?.services], ["acme/nginx", ["nginx"]]);
    assert.match(problems[0]?.message ?? "", /may not read or redeliver here.*Webhooks: read and write/);
  });

  it("names a redelivery that GitHub refuses, and continues", async () => {
    await lose("nginx", "public");
    const path = "/repos/acme/nginx/hooks/*/deliveries/*/attempts";
    server().github.faults.add({ kind: "error", path, status: 422, message: "Too old" });
    const { outcomes, problems, code } = await run();
    assert.deepEqual([outcomes, code], [["nginx refused", "public delivered"], 1]);
    assert.match(problems[0]?.message ?? "", /422 \(Too old\)/);
  });

  it("retries reading and redelivering calls that GitHub fails", async () => {
    await lose("nginx");
    server().github.faults.add({ kind: "error", path: "/repos/acme/nginx/**", status: 502, times: 2 });
    const attempts = "/repos/acme/nginx/hooks/*/deliveries/*/attempts";
    server().github.faults.add({ kind: "error", path: attempts, status: 502, times: 1 });
    const { outcomes, code } = await run();
    assert.deepEqual([outcomes, code], [["nginx delivered"], 0]);
  });

  it("names a repository for which GitHub keeps failing, and continues", async () => {
    await lose("public");
    server().github.faults.add({ kind: "error", path: "/repos/acme/nginx/**", status: 502 });
    const { outcomes, problems } = await run();
    assert.deepEqual(outcomes, ["public delivered"]);
    assert.match(problems[0]?.message ?? "", /answered 502 \(Server Error\) repeatedly/);
  });

  it("names the organization if the token may not read its hook", async () => {
    server().github.faults.add({ kind: "error", path: "/orgs/acme/hooks", status: 404 });
    const { problems, code } = await run({ plan: planOf(CATALOGUE, ORGANIZATION) });
    assert.deepEqual([problems[0]?.place, problems[0]?.services, code], ["acme", ["nginx", "public"], 1]);
    assert.match(problems[0]?.message ?? "", /the organization permission Webhooks: read and write/);
  });

  it("waits a second between redeliveries", async () => {
    await lose("nginx", "nginx", "nginx");
    const began: number[] = [];
    listener().answer(() => {
      began.push(performance.now());
      return 200;
    });
    await run({ second: 1_000 });
    const between = began.slice(1).map((time, index) => time - (began[index] ?? 0));
    assert.ok(between.length === 2 && between.every((milliseconds) => milliseconds > 900), between.join(" "));
  });

  it("waits for GitHub's limit, says so, and continues", async () => {
    await lose("nginx", "nginx");
    server().github.limits.set({ contentCreation: [{ limit: 1, seconds: 40 }] });
    const { outcomes, lines, code } = await run();
    assert.deepEqual([outcomes, code], [["nginx delivered", "nginx delivered"], 0]);
    assert.match(lines.join("\n"), /rate limit is reached; going on in [234]\d s/);
  });

  it("reports what it did if GitHub's limit is exhausted for too long", async () => {
    await lose("nginx", "nginx", "nginx");
    server().github.limits.set({ contentCreation: [{ limit: 1, seconds: 3_600 }] });
    const { outcomes, problems, code } = await run();
    assert.deepEqual(outcomes, ["nginx delivered", "nginx refused", "nginx refused"]);
    assert.deepEqual([problems.map(({ message }) => message), code], [["used up for 60 min"], 1]);
  });

  it("reports what it did if GitHub no longer returns the results", async () => {
    await lose("nginx");
    let refused = false;
    listener().answer(() => {
      refused = true;
      server().github.faults.add({ kind: "error", path: "/repos/acme/nginx/**", status: 401 });
      return 200;
    });
    const { outcomes, problems, code } = await run();
    assert.ok(refused);
    assert.deepEqual([outcomes, problems.length, code], [["nginx unanswered"], 1, 1]);
    assert.match(problems[0]?.message ?? "", /rejects the token/);
  });

  it("ends if GitHub rejects the token, without showing it", async () => {
    await assert.rejects(run({ auth: "wrong-token" }), (error) => {
      assert.ok(error instanceof FleetError);
      assert.match(error.message, /rejects the token \(Bad credentials\)/);
      assert.doesNotMatch(error.message, /wrong-token/);
      return true;
    });
  });
});

import assert from "node:assert/strict";
import { catalogueOf } from "../sources.ts";
import { fleetIn, pulumiIn, succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack, TOKEN } from "./fleet-stack.ts";

const PIPELINES = "{ standard: [ { stage: dev, promotion: auto, sync: auto } ] }";

/** An `up` that is killed after it deleted a hook leaves the same state: GitHub has no hook, the state still has it. */
describe("a service that is removed after its hook is gone", () => {
  let base: FleetStack;

  const fleet = (...args: readonly string[]) => fleetIn(base, ...args);

  before(async () => {
    const names = ["auth", "late"];
    const config = { pipelines: PIPELINES, protect: "false" };
    base = await openFleetStack(names, { config, catalogue: catalogueOf(names) });
    await succeeds(fleet("up", "test"));
    const [hook] = base.github.hooks("acme/late");
    const address = `${base.github.baseUrl}repos/acme/late/hooks/${hook?.id}`;
    await fetch(address, { method: "DELETE", headers: { authorization: `Bearer ${TOKEN}` } });
    assert.deepEqual(base.github.hooks("acme/late"), []);
    await base.writeCatalogue(catalogueOf(["auth"]));
  });
  after(async () => {
    await pulumiIn(base, "destroy", "--yes", "--skip-preview", "--stack", "test");
    await base?.close();
  });

  it("is reported as not removed by every fleet up", async () => {
    for (const _ of ["first", "second"]) {
      const { code, output } = await fleet("up", "test");
      assert.equal(code, 2, output);
      assert.match(output, /Not made:\n {2}late\n[\s\S]*404 Not Found/);
    }
  });

  it("is removed by the fleet up after a fleet recover, and nothing of it stays in the state", async () => {
    const recovered = await fleet("recover", "--stack", "test");
    assert.match(recovered.output, /asking GitHub which hooks of removed services still exist \(1\)/);
    await succeeds(fleet("up", "test"));
    assert.doesNotMatch(await base.state(), /::late/);
  });
});

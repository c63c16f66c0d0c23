import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { catalogueText, service } from "../sources.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack, TOKEN } from "./fleet-stack.ts";

const PIPELINES = "{ standard: [ { stage: dev, promotion: auto, sync: auto } ] }";

/** An `up` that is killed after it deleted a hook leaves the same state: GitHub has no hook, the state still has it. */
describe("a service that is removed after its hook is gone", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let base: FleetStack;

  const options = () => ({ cwd: base.folder, env: base.environment, reject: false, all: true }) as const;
  const fleet = async (...args: readonly string[]) => {
    const { all, exitCode } = await execa("node", [resolve("fleet/main.ts"), ...args], options());
    return { output: all, code: exitCode };
  };
  const list = (...names: readonly string[]) =>
    base.writeCatalogue(catalogueText(Object.fromEntries(names.map((name) => [name, service(name)]))));

  before(async () => {
    base = await openFleetStack(["auth", "late"]);
    await base.writeConfig({ pipelines: PIPELINES, protect: "false" });
    await list("auth", "late");
    const { code, output } = await fleet("up", "test");
    assert.equal(code, 0, output);
    const [hook] = base.github.hooks("acme/late");
    const address = `${base.github.baseUrl}repos/acme/late/hooks/${hook?.id}`;
    await fetch(address, { method: "DELETE", headers: { authorization: `Bearer ${TOKEN}` } });
    assert.deepEqual(base.github.hooks("acme/late"), []);
    await list("auth");
  });
  after(async () => {
    await execa("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", "test"], options());
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
    const { code, output } = await fleet("up", "test");
    assert.equal(code, 0, output);
    const state = await readFile(join(base.folder, "state/.pulumi/stacks/kargo-fleet/test.json"), "utf8");
    assert.doesNotMatch(state, /::late/);
  });
});

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { catalogueText, service } from "../sources.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

const PIPELINES = "{ standard: [ { stage: dev, promotion: auto, sync: auto } ] }";
const NAMES = ["canary", "auth", "late", "cart", "shop", "mail"];

/** Without notes of the last run, as after a kill, the platform is a run of its own before the waves. */
describe("a fleet up without notes, when the last service of a trigger group has left", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let base: FleetStack;

  const options = () => ({ cwd: base.folder, env: base.environment, reject: false, all: true }) as const;
  const up = () => execa("node", [resolve("fleet/main.ts"), "up", "test"], options());
  const list = (names: readonly string[]) => {
    const entry = (name: string) => service(name, name === "canary" ? { labels: { tier: "canary" } } : {});
    return base.writeCatalogue(catalogueText(Object.fromEntries(names.map((name) => [name, entry(name)]))));
  };
  const sensors = async () => {
    const args = ["--kubeconfig", base.admin, "get", "sensors.argoproj.io", "-A", "--no-headers"];
    return (await execa("kubectl", args, options())).stdout.trim().split("\n").length;
  };

  before(async () => {
    base = await openFleetStack(NAMES);
    const rollout = "{ waves: [{ labels: { tier: canary } }] }";
    await base.writeConfig({ pipelines: PIPELINES, protect: "false", rollout });
    await list(NAMES);
    const { all, exitCode } = await up();
    assert.equal(exitCode, 0, all);
  });
  after(async () => {
    await execa("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", "test"], options());
    await base?.close();
  });

  it("goes on after the platform, and deletes the group in the last wave", async () => {
    const before = await sensors();
    await rm(join(base.folder, ".kargo-fleet"), { recursive: true });
    await list(NAMES.slice(0, 1));
    const { all, exitCode } = await up();
    assert.equal(exitCode, 0, all);
    assert.ok((await sensors()) < before, "no group has left");
  });
});

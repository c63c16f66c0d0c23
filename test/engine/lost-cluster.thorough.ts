import assert from "node:assert/strict";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Cluster, openCluster } from "../../fleet/cluster.ts";
import { STOP } from "../../manifests/calendar.ts";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane.ts";
import { installDefinitions } from "../../sandbox/crds.ts";
import { catalogueOf, platformPlan } from "../sources.ts";
import { unbound } from "./access-world.ts";
import { ACCESS, BREAK_GLASS, closedWorld, heard, refusal } from "./closed-world.ts";
import { succeeds } from "./commands.ts";
import { sharedPrograms } from "./control-plane.ts";
import { engineFolder } from "./engine-environment.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

/** As docs/operations.md says. */
describe("a stack whose cluster is lost", () => {
  let stack: FleetStack;
  let folder: string;
  let plane: ControlPlane;
  let admin: Cluster;

  /** Starts a cluster without any object of the stack, and leads the stack to it. */
  async function newCluster(): Promise<void> {
    const { programs } = await sharedPrograms();
    const administered = { teams: ["edge", "identity"], platform: platformPlan({ access: ACCESS }) };
    plane = await startControlPlane({ directory: join(folder, "control-plane"), programs, administered });
    await installDefinitions({ admin: plane.kubeconfigs.admin });
    await copyFile(plane.kubeconfigs.deployer, stack.kubeconfig);
    admin = await openCluster({ kubeconfig: plane.kubeconfigs.admin, context: "sandbox" });
  }

  async function loseCluster(): Promise<void> {
    admin?.close();
    await plane?.stop();
  }

  before(async () => {
    stack = await openFleetStack(["nginx"], { catalogue: catalogueOf(["nginx"]) });
    folder = await engineFolder("lost-cluster", true);
    await newCluster();
    await stack.writeConfig({ access: ACCESS });
    await succeeds(stack.up());
  });

  after(async () => {
    await stack?.close();
    await loseCluster();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it("makes everything again in a new cluster, where nothing is promoted before somebody resumes", async () => {
    await loseCluster();
    await newCluster();
    const world = closedWorld(admin, "nginx");
    const alice = unbound("alice", "on-call");
    const stop = { "stop-1.reason": "recovery", "stop-1.by": "alice" };
    assert.equal((await world.write(STOP, stop, alice)).status, 200);

    await succeeds(stack.refresh());
    const { steps, output } = await stack.preview();
    const kinds = Map.groupBy(Object.keys(steps), (name) => steps[name]);
    assert.deepEqual([...kinds.keys()].sort(), ["create", "same", "update"], output);
    // The administrator has made these objects empty.
    const filled = /^platform\/(calendar|credential-(git|image))$/;
    for (const name of kinds.get("update") ?? []) assert.match(name, filled);
    for (const kept of ["nginx/webhook", "values-files"])
      assert.ok(kinds.get("same")?.includes(kept), `${kept} in ${kinds.get("same")}`);
    assert.ok(kinds.get("create")?.includes("nginx/project"));
    await succeeds(stack.up());

    assert.match(
      refusal(await world.promote("dev", "nginx")),
      /stopped by alice until somebody resumes: recovery/,
    );
    assert.equal((await world.promote("dev", "nginx", BREAK_GLASS)).status, 201);
    const resumed = { "stop-1.reason": null, "stop-1.by": null };
    assert.equal((await world.write(STOP, resumed, alice)).status, 200);
    await heard(async () => (await world.promote("dev", "nginx")).status === 201);
  });
});

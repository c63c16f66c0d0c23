import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { type Cluster, openCluster } from "../../fleet/cluster.ts";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { catalogueOf, PROMOTION_FILES } from "../sources.ts";
import { KARGO } from "./access-world.ts";
import { changesNothing, succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { dry, patch } from "./requests.ts";

const V3 = { promotionTasks: "{ v3: promotion/v3.yaml }" };
const CANARY = {
  ...V3,
  rollout: "{ promotionTask: { stable: v1, canary: v3, canaryServices: [nginx] } }",
};
const FILE = "promotion/v3.yaml";
/** The steps that tell a change register. */
const TELLS = PROMOTION_FILES["promotion/v6.yaml"] ?? "";

const POLICY = "ValidatingAdmissionPolicy";

interface Policy {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly validations: readonly unknown[] };
}

interface Live {
  readonly spec: { readonly steps: readonly { readonly as: string }[] };
}

describe("a stack's own promotion task", () => {
  let stack: FleetStack;
  let deployer: Cluster;
  const taskOf = async (name: string) => {
    const { spec } = await stack.get<{
      spec: { promotionTemplate: { spec: { steps: readonly { task: { name: string } }[] } } };
    }>("stage", "dev", `kargo-${name}`);
    return spec.promotionTemplate.spec.steps[0]?.task.name;
  };
  const task = (version: string) => stack.get<Live>("clusterpromotiontask", `kargo-fleet-promote-${version}`);

  before(async () => {
    const catalogue = catalogueOf({ nginx: {}, auth: { team: "identity" } });
    stack = await openFleetStack(["nginx", "auth"], { config: {}, catalogue });
    await mkdir(join(stack.folder, "promotion"));
    await writeFile(join(stack.folder, FILE), PROMOTION_FILES[FILE] ?? "");
    deployer = await openCluster({ kubeconfig: stack.kubeconfig, context: "sandbox" });
    await succeeds(stack.up());
  });
  after(async () => {
    deployer?.close();
    await stack?.close();
  });

  it("is taken by the API server from the deployer under the guards, and a second up is empty", async () => {
    await stack.writeConfig(V3);
    await succeeds(stack.up());
    await changesNothing(stack.up());
    await succeeds(stack.refresh());
    await changesNothing(stack.preview());
    assert.deepEqual((await task("v3")).spec.steps, (await task("v1")).spec.steps);
    assert.deepEqual([await taskOf("nginx"), await taskOf("auth")], Array(2).fill("kargo-fleet-promote-v1"));
  });

  it("is in the guard that fleet deployer prints, as the guard in force has it", async () => {
    const { output } = await stack.fleet("deployer");
    const printed = parseAllDocuments(output)
      .map((document) => document.toJS() as Policy)
      .find(({ kind, metadata }) => kind === POLICY && metadata.name === "kargo-fleet-deployer");
    const live = await stack.get<Policy>(POLICY, "kargo-fleet-deployer");
    assert.deepEqual(printed?.spec.validations, live.spec.validations);
    assert.match(JSON.stringify(live.spec.validations), /kargo-fleet-promote-v3/);
  });

  it("may have no other steps than its file, whoever has the deployer's token", async () => {
    const { steps } = promotionTask({ name: "v1", version: "v1", by: "push" }).spec;
    const { status, body } = await deployer.send(
      dry(
        patch(`${KARGO}/clusterpromotiontasks/kargo-fleet-promote-v3`, {
          spec: { steps: steps.slice(1) },
        }),
      ),
    );
    assert.equal(status, 403, JSON.stringify(body));
    assert.match(JSON.stringify(body), /ValidatingAdmissionPolicy 'kargo-fleet-deployer'/);
  });

  it("is canaried: one service switches, the other keeps its steps", async () => {
    await stack.writeConfig(CANARY);
    await succeeds(stack.up());
    assert.equal(await taskOf("nginx"), "kargo-fleet-promote-v3");
    assert.equal(await taskOf("auth"), "kargo-fleet-promote-v1");
    await changesNothing(stack.up());
  });

  it("is refused with every problem before anything is touched", async () => {
    await writeFile(join(stack.folder, FILE), TELLS.replace("as: push", "as: clone"));
    const { failed, output } = await stack.up();
    assert.equal(failed, true);
    assert.match(output, /promotion\/v3\.yaml:\d+:9 {2}steps\[\d\]\.as .*\[KF174\]/);
    assert.equal((await task("v3")).spec.steps.length, 5);
    await writeFile(join(stack.folder, FILE), PROMOTION_FILES[FILE] ?? "");
  });

  it("is removed by an up after its services left it", async () => {
    await stack.writeConfig(V3);
    await succeeds(stack.up());
    await stack.writeConfig({});
    await succeeds(stack.up());
    assert.ok(!(await stack.objects()).some((name) => /promote-v3/.test(name)));
    assert.equal(await taskOf("nginx"), "kargo-fleet-promote-v1");
  });
});

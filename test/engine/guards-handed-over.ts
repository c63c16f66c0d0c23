import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PolicyRule } from "../../manifests/rbac-types.ts";
import { administrator, made, RBAC } from "./access-world.ts";
import type { FleetStack } from "./fleet-stack.ts";

const ROLE = `${RBAC}/clusterroles/kargo-fleet-deployer`;
/** What the deployer might do while the program made the guards itself. */
const FORMER_RIGHTS: PolicyRule = {
  apiGroups: ["admissionregistration.k8s.io"],
  resources: ["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
  verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
};
const FORMER = ["approval", "build-jobs", "guard", "status"].flatMap((name) =>
  ["policy", "policy-binding"].map((kind) => `platform/${kind}-kargo-fleet-${name}`),
);

interface Exported {
  readonly deployment: {
    readonly resources: (Record<string, unknown> & {
      urn: string;
      outputs: { provisioned: { plaintext: string } };
    })[];
  };
}

/** The first `up`s of this program on a fleet that an earlier one made, guards included. */
export function describeHandOver(stackOf: () => FleetStack): void {
  describe("on a fleet whose guards an earlier program made", () => {
    let untouched: unknown;

    /** The guards as the cluster has them, each the same object as long as its `uid` is. */
    const live = async () => {
      const names = ["approval", "build-jobs", "guard", "status"];
      const all = await Promise.all(
        names.flatMap((name) =>
          ["validatingadmissionpolicy", "validatingadmissionpolicybinding"].map((kind) =>
            stackOf().get(kind, `kargo-fleet-${name}`),
          ),
        ),
      );
      return all.map(({ metadata, spec }) => ({ uid: (metadata as { uid: string }).uid, spec }));
    };

    /** The state as that program left it. */
    async function writeState(change: (state: Exported["deployment"]["resources"]) => void): Promise<void> {
      const file = join(stackOf().folder, "exported.json");
      await demand("stack", "export", "--show-secrets", "--file", file);
      const state = JSON.parse(await readFile(file, "utf8")) as Exported;
      for (const resource of state.deployment.resources) {
        if (!resource.urn.includes("::pulumi:pulumi:Stack::")) continue;
        const output = JSON.parse(resource.outputs.provisioned.plaintext) as { guards?: string };
        delete output.guards;
        resource.outputs.provisioned.plaintext = JSON.stringify(output);
      }
      change(state.deployment.resources);
      await writeFile(file, JSON.stringify(state), { mode: 0o600 });
      await demand("stack", "import", "--file", file);
    }

    async function demand(...args: string[]): Promise<void> {
      const { failed, output } = await stackOf().cli(...args);
      assert.equal(failed, false, output);
    }

    async function up(): Promise<Readonly<Record<string, string>>> {
      const { failed, output, steps } = await stackOf().up();
      assert.equal(failed, false, output);
      return steps;
    }

    before(async () => {
      const admin = await administrator(stackOf());
      const { rules } = (await made(admin, { method: "GET", path: ROLE })).body as { rules: PolicyRule[] };
      const give = (all: readonly PolicyRule[]) =>
        made(admin, { method: "PATCH", path: ROLE, body: { rules: all } });
      await give([...rules, FORMER_RIGHTS]);
      await writeState(() => {});
      await up();
      await writeState((resources) => {
        const former = resources.filter(({ urn }) => FORMER.some((name) => urn.endsWith(`::${name}`)));
        assert.equal(former.length, FORMER.length);
        for (const resource of former) Object.assign(resource, { protect: true, retainOnDelete: false });
      });
      await give(rules);
      admin.close();
      untouched = await live();
    });

    it("the first up takes them off the engine's hands, with no right to touch them and nothing changed", async () => {
      const steps = await up();
      assert.deepEqual(
        FORMER.map((name) => steps[name]),
        FORMER.map(() => "same"),
      );
      assert.deepEqual(await live(), untouched);
    });

    it("the second up forgets them, and they stay in force", async () => {
      await up();
      assert.deepEqual(await live(), untouched);
      const state = await stackOf().state();
      for (const name of FORMER) assert.doesNotMatch(state, new RegExp(`::${name}"`));
    });

    it("the third up has nothing to do with them", async () => {
      const steps = await up();
      assert.deepEqual(
        Object.values(steps).filter((op) => op !== "same"),
        [],
      );
    });
  });
}

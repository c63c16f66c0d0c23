import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { changesNothing, succeeds } from "./commands.ts";
import type { FleetStack } from "./fleet-stack.ts";

const NAMES = ["approval", "build-jobs", "guard", "status"].map((name) => `kargo-fleet-${name}`);
/** Each former guard, with its kind and its Pulumi name. */
const FORMER = NAMES.flatMap((name) => [
  { name, kind: "ValidatingAdmissionPolicy", resource: `platform/policy-${name}` },
  { name, kind: "ValidatingAdmissionPolicyBinding", resource: `platform/policy-binding-${name}` },
]);
/** A resource of the same component, used as a template for a former guard's state. */
const MODEL = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding::platform/kargo-users";

interface Resource {
  readonly urn: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

interface Exported {
  readonly deployment: { resources: Resource[] };
}

interface Live {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: object;
}

/** The first `up`s of this program on a fleet that an earlier version made with its guards. */
export function describeHandOver(stackOf: () => FleetStack): void {
  describe("of a fleet whose guards an earlier version made", () => {
    let untouched: unknown;

    const objects = () => Promise.all(FORMER.map(({ kind, name }) => stackOf().get<Live>(kind, name)));
    /** Shows whether a guard was changed or recreated. */
    const live = async () => (await objects()).map(({ metadata: { uid }, spec }) => ({ uid, spec }));

    /** Writes the state as that version left it: with protected guards that are not marked as retained. */
    async function writeState(): Promise<void> {
      const file = join(stackOf().folder, "exported.json");
      await succeeds(stackOf().cli("stack", "export", "--show-secrets", "--file", file));
      const state = JSON.parse(await readFile(file, "utf8")) as Exported;
      const { resources } = state.deployment;
      const output = resources.find(({ urn }) => urn.includes("::pulumi:pulumi:Stack::"))?.outputs
        .provisioned as { plaintext: string };
      output.plaintext = JSON.stringify({ ...JSON.parse(output.plaintext), guards: undefined });
      const model = resources.find(({ urn }) => urn.endsWith(MODEL));
      assert.ok(model);
      const guards = await objects();
      state.deployment.resources = [
        ...resources,
        ...FORMER.map(({ resource }, index) => stateOf(model, guards[index] as Live, resource)),
      ];
      await writeFile(file, JSON.stringify(state), { mode: 0o600 });
      await succeeds(stackOf().cli("stack", "import", "--file", file));
    }

    before(async () => {
      untouched = await live();
      await writeState();
    });

    it("the first up marks the guards as retained, without rights on them and without changing them", async () => {
      const { steps } = await succeeds(stackOf().up());
      assert.deepEqual(
        FORMER.map(({ resource }) => steps[resource]),
        FORMER.map(() => "same"),
      );
      assert.deepEqual(await live(), untouched);
    });

    it("the second up drops them from the state, and they stay in force", async () => {
      await succeeds(stackOf().up());
      assert.deepEqual(await live(), untouched);
      const state = await stackOf().state();
      for (const { resource } of FORMER) assert.doesNotMatch(state, new RegExp(`::${resource}"`));
    });

    it("the third up does nothing about them", () => changesNothing(stackOf().up()));
  });
}

/** A guard's entry in the state. */
function stateOf(model: Resource, { apiVersion, kind, metadata, spec }: Live, resource: string): Resource {
  const type = `kubernetes:${apiVersion}:${kind}`;
  const books = Object.entries(model.outputs).filter(([key]) => key.startsWith("__"));
  const inputs = { apiVersion, kind, metadata: { name: metadata.name }, spec };
  const more = { type, id: metadata.name, inputs, protect: true };
  return {
    ...model,
    ...more,
    urn: model.urn.replace(MODEL, `${type}::${resource}`),
    outputs: { ...Object.fromEntries(books), apiVersion, kind, metadata, spec },
  };
}

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, type ClusterRequest, openCluster } from "../../fleet/cluster.ts";
import { kargoUsersBinding } from "../../manifests/access.ts";
import { customize } from "../../manifests/inventory/customize.ts";
import type { PolicyRule } from "../../manifests/rbac-types.ts";
import { catalogueOf, planOf, TEAMS } from "../sources.ts";
import { administrator, RBAC, unbound } from "./access-world.ts";
import { applyGuards } from "./administer.ts";
import { changesNothing, succeeds } from "./commands.ts";
import { ATTACKS, ON_GUARDS } from "./deployer-attacks.ts";
import { DEPLOYER } from "./expected-objects.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { describeHandOver } from "./guards-handed-over.ts";
import { dry, get, patch, post, remove, sendOrThrow } from "./requests.ts";

const NGINX = { nginx: {} };
/** A generous time limit in milliseconds, to detect a command that hangs. */
const NO_HANG = 180_000;

/** The last service of its team and of its group of webhooks. */
const auth = (more: object = {}) => ({ auth: { team: "identity", ...more } });

/** A ValidatingAdmissionPolicy of the API server. */
interface Policy {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly validations: readonly unknown[] };
  readonly status?: { readonly observedGeneration?: number; readonly typeChecking?: object };
}

describe("the rights of fleet deployer with the real provider", () => {
  let stack: FleetStack;

  before(async () => {
    const catalogue = catalogueOf({ ...NGINX, ...auth() });
    stack = await openFleetStack(["nginx", "auth"], { config: {}, catalogue });
  });

  after(() => stack?.close());

  /** An `up` with the preview before it. */
  async function previewAndUp(): Promise<void> {
    await succeeds(stack.preview());
    await succeeds(stack.up());
  }

  describe("for a first up", () => {
    it("are sufficient for the first preview and up of a new cluster", async () => {
      assert.deepEqual(await stack.objects(), DEPLOYER);
      await previewAndUp();
      await changesNothing(stack.up());
    });

    it("are sufficient to preview a new service of a team without a build namespace", async () => {
      const services = { ...NGINX, ...auth(), invoices: { team: "billing" } };
      await stack.writeCatalogue(catalogueOf(services, { ...TEAMS, billing: { group: "AD-Billing" } }));
      assert.equal((await succeeds(stack.preview())).steps["invoices/project"], "create");
      await stack.writeCatalogue(catalogueOf({ ...NGINX, ...auth() }));
    });

    it("are sufficient for a refresh", async () => {
      await succeeds(stack.refresh());
      await changesNothing(stack.up());
    });

    it("come with guards that pass the API server's type check without a warning", async () => {
      for (const name of ["approval", "asked", "build-jobs", "deployer", "guard", "status", "workflows"]) {
        const policy = await stack.get<Policy>("validatingadmissionpolicy", `kargo-fleet-${name}`);
        const { spec, status, metadata } = policy;
        assert.equal(status?.observedGeneration, metadata.generation, name);
        assert.deepEqual(status?.typeChecking, {}, name);
        assert.ok(spec.validations.length > 0);
      }
    });
  });

  describe("with the guard and all RBAC rights: the deployer", () => {
    /** Objects of others in Argo CD's namespace. */
    const others = [
      { kind: "AppProject", spec: {} },
      { kind: "Application", spec: { project: "foreign", destination: {} } },
    ].map(({ kind, spec }) => ({
      path: `/apis/argoproj.io/v1alpha1/namespaces/argocd/${kind.toLowerCase()}s`,
      body: { apiVersion: "argoproj.io/v1alpha1", kind, metadata: { name: "foreign" }, spec },
    }));
    let admin: Cluster;
    let deployer: Cluster;

    before(async () => {
      admin = await administrator(stack);
      deployer = await openCluster({ kubeconfig: stack.kubeconfig, context: "sandbox" });
      for (const { path, body } of others) await sendOrThrow(admin, post(path, body));
    });
    after(async () => {
      for (const { path } of others) await admin.send(remove(`${path}/foreign`));
      admin.close();
      deployer.close();
    });

    for (const [what, attack] of Object.entries(ATTACKS)) {
      it(`cannot ${what}`, async () => {
        const own = await deployer.send(dry(attack));
        assert.equal(own.status, 403, JSON.stringify(own.body));
        const unlimited = await admin.send(dry(attack, unbound("kargo-fleet-deployer")));
        assert.equal(unlimited.status, 403, JSON.stringify(unlimited.body));
        // If two guards refuse, the API server names any one of them.
        const guard = /ValidatingAdmissionPolicy 'kargo-fleet-(deployer|calendar)'/;
        assert.match(JSON.stringify(unlimited.body), guard);
      });
    }

    for (const [what, attack] of Object.entries(ON_GUARDS)) {
      it(`cannot ${what}, since it has no right on admission policies`, async () => {
        const { status, body } = await deployer.send(dry(attack));
        assert.equal(status, 403, JSON.stringify(body));
        assert.match(JSON.stringify(body), /is forbidden: User/);
      });
    }

    it("binds accounts of a thousand teams, and of no other, within the API server's cost limit of a policy", async () => {
      const names = Array.from({ length: 1000 }, (_, index) => `edge-${index}`);
      const teams = Object.fromEntries(
        names.map((name) => [name, { group: `AD-${name}`, approvers: `AD-${name}-Release` }]),
      );
      const { platform } = planOf(catalogueOf({}, teams));
      assert.ok(platform);
      await applyGuards(stack.admin, platform);
      const bind = (subjects: readonly object[]) =>
        deployer.send(dry(patch(`${RBAC}/clusterrolebindings/kargo-fleet-users`, { subjects })));
      const { subjects } = kargoUsersBinding(platform.subjects);
      let right = await bind(subjects);
      // The API server needs a while to compile large expressions.
      for (let tries = 0; right.status !== 200 && tries < 30; tries++) {
        await pause(1_000);
        right = await bind(subjects);
      }
      const wrong = await bind([...subjects, { ...subjects[0], name: "team-evil" }]);
      await stack.writeConfig({});
      assert.equal(right.status, 200, JSON.stringify(right.body));
      assert.equal(wrong.status, 403);
    });

    it("creates exactly the objects that customize.ts adds to a service, after the guard was applied again", async () => {
      const spec = { hard: { "count/stages.kargo.akuity.io": "20" } };
      const metadata = { name: "quota" };
      customize({
        service: () => [{ role: "quota", apiVersion: "v1", kind: "ResourceQuota", metadata, spec }],
      });
      await stack.writeConfig({});
      customize({});
      const labels = { "app.kubernetes.io/managed-by": "kargo-fleet", "kargo-fleet/service": "nginx" };
      const create = async (namespace: string, content: object, name = "quota") => {
        const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
        const body = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name, labels }, ...content };
        return (await admin.send(dry(post(path, body), unbound("kargo-fleet-deployer")))).status;
      };
      const other = { hard: { "count/stages.kargo.akuity.io": "21" } };
      const found = [
        await create("kargo-nginx", { spec }),
        await create("kargo-nginx", { spec: other }),
        await create("kargo-nginx", { spec }, "other"),
        await create("argocd", { spec }),
      ];
      await stack.writeConfig({});
      assert.deepEqual([...found, await create("kargo-nginx", { spec })], [201, 403, 403, 403, 403]);
    });

    it("is the only user that the guard limits", async () => {
      const { status, body } = await admin.send(dry(ATTACKS["run a pod"] as ClusterRequest));
      assert.equal(status, 201, JSON.stringify(body));
    });
  });

  describeHandOver(() => stack);

  describe("until the last destroy", () => {
    it("are checked before an up that would hang: it names the missing right to watch, and changes nothing", async function () {
      this.timeout(NO_HANG);
      const admin = await administrator(stack);
      const path = `${RBAC}/namespaces/kargo-fleet-events/roles/kargo-fleet-deployer`;
      const { rules } = (await sendOrThrow(admin, get(path))).body as { rules: PolicyRule[] };
      const change = (changed: readonly PolicyRule[]) => sendOrThrow(admin, patch(path, { rules: changed }));
      await change(
        rules.map((rule) =>
          rule.resources.includes("secrets")
            ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== "watch") }
            : rule,
        ),
      );
      const { failed, steps, output } = await stack.up();
      await change(rules);
      admin.close();
      assert.deepEqual([failed, steps], [true, {}], output);
      assert.match(output, /watch secrets in the namespace kargo-fleet-events\n/);
      assert.match(output, /fleet -- deployer --stack test \| kubectl apply -f -/);
    });

    it("are sufficient to decommission a service", async () => {
      await stack.writeCatalogue(catalogueOf({ ...NGINX, ...auth({ state: "decommissioned" }) }));
      await previewAndUp();
      await previewAndUp();
    });

    // Without the rights to list and watch, a deletion would never end.
    it("are sufficient to remove the last service of a team and of a group of webhooks", async function () {
      this.timeout(NO_HANG);
      await stack.writeCatalogue(catalogueOf(NGINX));
      await previewAndUp();
      const left = (await stack.objects()).filter((object) => /auth|github-00/.test(object));
      assert.deepEqual(left, []);
    });

    it("are sufficient to destroy everything", async function () {
      this.timeout(NO_HANG);
      await stack.writeConfig({ protect: "false" });
      await succeeds(stack.up());
      await succeeds(stack.destroy());
      assert.deepEqual(await stack.objects(), DEPLOYER);
    });
  });
});

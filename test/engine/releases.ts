import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../fleet/cluster.ts";
import { administrator, KARGO, unbound, withTokenOf } from "./access-world.ts";
import { fleetIn } from "./commands.ts";
import type { FleetStack } from "./fleet-stack.ts";
import { get, patch, post, sendOrThrow } from "./requests.ts";

const as = unbound("somebody", "break-glass");
const ACCOUNTS = "kargo-fleet-teams";

interface Promotion {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly stage: string; readonly freight: string };
  readonly status?: { readonly phase?: string };
}

/**
 * `fleet release` on the real API server, with the approvers' real tokens. Kargo's controller does not run here, so
 * the test plays its part: it verifies Freight and ends Promotions, in the fields that real Kargo writes.
 */
export function describeReleases(stackOf: () => FleetStack): void {
  describe("fleet release", () => {
    let admin: Cluster;
    let approvers: string[];

    const project = (service: string) => `${KARGO}/namespaces/kargo-${service}`;
    const change = (path: string, body: object) => sendOrThrow(admin, patch(path, body, as));

    /** Stage staging runs Freight of this name. */
    async function verified(service: string, name: string, verifiedIn: object): Promise<void> {
      const body = {
        apiVersion: "kargo.akuity.io/v1alpha1",
        kind: "Freight",
        metadata: { name, namespace: `kargo-${service}` },
        origin: { kind: "Warehouse", name: service },
        images: [{ repoURL: `registry.example/${service}`, tag: "20261128133800-bbb1234" }],
      };
      const freights = `${project(service)}/freights`;
      await sendOrThrow(admin, post(freights, body, as));
      await change(`${freights}/${name}/status`, { status: { verifiedIn } });
      await holds(service, "staging", name);
    }

    async function holds(service: string, stage: string, freight: string): Promise<void> {
      const origin = { kind: "Warehouse", name: service };
      const items = { [`Warehouse/${service}`]: { name: freight, origin } };
      const status = { freightHistory: [{ id: "1", items }] };
      await change(`${project(service)}/stages/${stage}/status`, { status });
    }

    async function promotions(service: string, freight: string): Promise<readonly Promotion[]> {
      const path = `${project(service)}/promotions`;
      const { body } = await sendOrThrow(admin, get(path));
      return (body as { items: Promotion[] }).items.filter(({ spec }) => spec.freight === freight);
    }

    /** Ends the Promotion of a service as soon as it exists. */
    async function end(service: string, freight: string, phase: "Succeeded" | "Errored"): Promise<void> {
      for (let attempt = 0; attempt < 300; attempt++) {
        const found = (await promotions(service, freight)).find(({ status }) => !status?.phase);
        if (found === undefined) {
          await sleep(200);
          continue;
        }
        const path = `${project(service)}/promotions/${found.metadata.name}/status`;
        await change(path, { status: { phase, message: phase === "Errored" ? "no such file" : "" } });
        if (phase === "Succeeded") await holds(service, found.spec.stage, freight);
        return;
      }
      throw new Error(`no Promotion of ${service} was made within a minute`);
    }

    /** As the administrator, unless another kubeconfig is named; the stack's own is the deployer's. */
    const release = (command: string, name: string, ...args: readonly string[]) =>
      fleetIn(stackOf(), "release", command, name, "--kubeconfig", stackOf().admin, ...args);

    before(async () => {
      const stack = stackOf();
      admin = await administrator(stack);
      const identity = await withTokenOf(stack, ACCOUNTS, "approvers-identity");
      identity.close();
      approvers = ["--kubeconfig", join(stack.folder, "approvers-identity.kubeconfig")];
      await verified("auth", "a1", { dev: {}, staging: {} });
      await verified("nginx", "n1", { dev: {} });
    });
    after(async () => {
      admin?.close();
      await rm(join(stackOf().folder, "releases"), { recursive: true, force: true });
    });

    it("writes nothing while a service has nothing verified, and names it", async () => {
      const { code, stderr } = await release("create", "r1", "--services", "auth,nginx");
      assert.equal(code, 2);
      assert.match(stderr, /nginx \(test\): staging has not verified Freight n1\.\nNothing is written/);
    });

    it("records what staging has verified, in waves", async () => {
      await change(`${project("nginx")}/freights/n1/status`, { status: { verifiedIn: { staging: {} } } });
      const { stdout } = await release("create", "r1", "--services", "auth", "--services", "nginx");
      assert.equal(stdout, "Wrote releases/r1.json: 2 services in 2 waves.");
      const shown = await release("show", "r1", "--json");
      const { waves } = JSON.parse(shown.stdout) as { waves: Record<string, unknown>[][] };
      assert.deepEqual(
        waves.flat().map(({ service, freight, stage, standing }) => [service, freight, stage, standing]),
        [
          ["auth", "a1", "prod", { kind: "ready" }],
          ["nginx", "n1", "prod", { kind: "ready" }],
        ],
      );
    });

    it("promotes nothing if the caller may not promote every service, and says which", async () => {
      const { code, stdout } = await release("promote", "r1", ...approvers);
      assert.equal(code, 2);
      assert.match(stdout, /auth \(test\), prod: can be promoted/);
      assert.match(
        stdout,
        /nginx \(test\), prod: cannot be promoted\. The \w+ of kargo-nginx cannot be read/,
      );
      assert.deepEqual(await promotions("auth", "a1"), []);
    });

    it("names each service whose Stage the caller may not promote to", async () => {
      await release("create", "r2", "--services", "auth");
      const team = await withTokenOf(stackOf(), ACCOUNTS, "team-identity");
      team.close();
      const file = join(stackOf().folder, "team-identity.kubeconfig");
      const { code, stdout } = await release("promote", "r2", "--kubeconfig", file);
      assert.equal(code, 2);
      assert.match(stdout, /auth \(test\), prod: cannot be promoted\. You may not promote to Stage prod/);
      assert.deepEqual(await promotions("auth", "a1"), []);
    });

    it("stops after a wave with a failed Promotion, and repeats its message", async () => {
      const [{ code, stdout, stderr }] = await Promise.all([
        release("promote", "r1"),
        end("auth", "a1", "Errored"),
      ]);
      assert.equal(code, 2);
      assert.match(stdout, /auth \(test\), prod: failed\. Promotion \S+ Errored: no such file/);
      assert.match(stdout, /nginx \(test\), prod: can be promoted/);
      assert.match(stderr, /0 of 2 services have it\. To go on: npm run fleet -- release promote r1/);
      assert.deepEqual(await promotions("nginx", "n1"), []);
    });

    it("goes on when it runs again, and starts a wave when the one before is done", async () => {
      const [{ code, stderr }] = await Promise.all([
        release("promote", "r1"),
        end("auth", "a1", "Succeeded").then(async () => {
          assert.deepEqual(await promotions("nginx", "n1"), []);
          await end("nginx", "n1", "Succeeded");
        }),
      ]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /Release r1: all 2 services have it/);
    });

    it("makes no Promotion twice", async () => {
      assert.equal((await release("promote", "r1")).code, 0);
      assert.equal((await promotions("auth", "a1")).length, 2);
      assert.equal((await promotions("nginx", "n1")).length, 1);
    });

    it("says that a Promotion goes on by itself when a wave's time is over", async () => {
      await verified("auth", "a2", { staging: {} });
      await release("create", "r3", "--services", "auth");
      const { code, stdout } = await release("promote", "r3", "--timeout", "1s", ...approvers);
      assert.equal(code, 2);
      assert.match(stdout, /is not finished\. Its Promotion has not ended in time; it goes on by itself/);
      assert.equal((await promotions("auth", "a2")).length, 1);
    });

    it("waits for a Promotion that already runs, with the approvers' own token", async () => {
      const [{ code, stderr }] = await Promise.all([
        release("promote", "r3", ...approvers),
        end("auth", "a2", "Succeeded"),
      ]);
      assert.equal(code, 0, stderr);
      assert.equal((await promotions("auth", "a2")).length, 1);
    });
  });
}

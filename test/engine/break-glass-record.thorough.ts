import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, openCluster } from "../../fleet/cluster.ts";
import { STOP } from "../../manifests/calendar.ts";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane.ts";
import { installDefinitions } from "../../sandbox/crds.ts";
import { platformPlan } from "../sources.ts";
import { unbound } from "./access-world.ts";
import { BREAK_GLASS, closedWorld, heard } from "./closed-world.ts";
import { sharedPrograms } from "./control-plane.ts";
import { post, sendOrThrow } from "./requests.ts";

/** Like a managed cluster's audit log: who asked for what, without bodies. */
const AUDIT_POLICY = { apiVersion: "audit.k8s.io/v1", kind: "Policy", rules: [{ level: "Metadata" }] };
const ACCESS = "{ deployer: kargo-fleet-deployer, breakGlass: break-glass }";

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly objectRef?: { readonly resource?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

describe("break-glass, on an API server with an audit log", () => {
  let directory: string;
  let plane: ControlPlane | undefined;
  let admin: Cluster | undefined;

  before(async () => {
    const { programs } = await sharedPrograms();
    directory = await mkdtemp(join(tmpdir(), "kargo-fleet-audit-"));
    const policy = join(directory, "policy.json");
    await writeFile(policy, JSON.stringify(AUDIT_POLICY));
    plane = await startControlPlane({
      directory: join(directory, "plane"),
      programs,
      administered: { teams: ["edge"], platform: platformPlan({ access: ACCESS }) },
      apiServer: [`--audit-policy-file=${policy}`, `--audit-log-path=${join(directory, "audit.jsonl")}`],
    });
    await installDefinitions({ admin: plane.kubeconfigs.admin });
    admin = await openCluster({ kubeconfig: plane.kubeconfigs.admin, context: "sandbox" });
  });

  after(async () => {
    admin?.close();
    await plane?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("is recorded with the person and the rule that it passed", async () => {
    assert.ok(admin);
    const world = closedWorld(admin, "nginx");
    await sendOrThrow(admin, post("/api/v1/namespaces", { metadata: { name: "kargo-nginx" } }));
    const stop = { "stop-1.reason": "payments are down", "stop-1.by": "eve" };
    assert.equal((await world.write(STOP, stop, BREAK_GLASS)).status, 200);
    await heard(async () => (await world.promote("prod", "nginx", unbound("root"))).status === 403);
    assert.equal((await world.promote("prod", "nginx", BREAK_GLASS)).status, 201);
    const text = await readFile(join(directory, "audit.jsonl"), "utf8");
    const events = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as AuditEvent);
    const passed = events.filter(
      ({ impersonatedUser, objectRef, annotations }) =>
        impersonatedUser?.username === "eve" &&
        objectRef?.resource === "promotions" &&
        annotations?.["validation.policy.admission.k8s.io/validation_failure"] !== undefined,
    );
    assert.equal(passed.length, 1);
    const said = passed[0]?.annotations?.["validation.policy.admission.k8s.io/validation_failure"] ?? "";
    assert.match(said, /kargo-fleet-break-glass/);
    assert.match(said, /Break-glass: .*stopped by eve until somebody resumes: payments are down/);
  });
});

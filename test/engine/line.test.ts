import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa, type ResultPromise } from "execa";
import { type Cluster, messageOf, openCluster } from "../../fleet/cluster.ts";
import { STOP } from "../../manifests/calendar.ts";
import { switchObjects } from "../../manifests/incident-switch.ts";
import { applied } from "../../sandbox/deployer.ts";
import { connectionOf, kubernetesApi } from "../../sandbox/kubernetes-api.ts";
import { platformPlan } from "../sources.ts";
import { KARGO, promotionTo, unbound } from "./access-world.ts";
import { applyGuards } from "./administer.ts";
import { ACCESS, heard } from "./closed-world.ts";
import { fleetIn, succeeds } from "./commands.ts";
import { definedControlPlane, type SharedControlPlane } from "./control-plane.ts";
import { kubeconfigFor } from "./kubeconfig.ts";
import { dry, patch, post, remove, sendOrThrow } from "./requests.ts";

const MAP = `/api/v1/namespaces/kargo-fleet-windows/configmaps/${STOP}`;
const NAMESPACE = "kargo-line";

describe("fleet stop-the-line and resume, on a real API server", () => {
  let plane: SharedControlPlane;
  let admin: Cluster;
  let folder: string;
  const proxies: ResultPromise[] = [];

  before(async () => {
    plane = await definedControlPlane();
    await applyGuards(plane.admin, platformPlan({ access: ACCESS }));
    admin = await openCluster({ kubeconfig: plane.admin, context: "sandbox" });
    folder = await mkdtemp(join(tmpdir(), "fleet-line-"));
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } };
    await sendOrThrow(admin, post("/api/v1/namespaces", body));
    for (const [user, group] of [
      ["alice", "on-call"],
      ["bob", "on-call"],
      ["mallory", "AD-Edge"],
    ] as const)
      await writeFile(join(folder, user), await kubeconfigOf(user, group));
  });

  after(async () => {
    await fleet("alice", "resume", "--all");
    for (const proxy of proxies) proxy.kill();
    await Promise.allSettled(proxies);
    await admin?.send(remove(`/api/v1/namespaces/${NAMESPACE}`));
    admin?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A kubeconfig for a person of a group: kubectl's own proxy gives the person's requests an identity. */
  async function kubeconfigOf(user: string, group: string): Promise<string> {
    const as = ["--as", user, "--as-group", group, "--as-group", "system:authenticated"];
    const proxy = execa(plane.programs.kubectl, ["--kubeconfig", plane.admin, ...as, "proxy", "--port=0"]);
    proxies.push(proxy);
    const [line] = (await once(createInterface({ input: proxy.stdout }), "line")) as [string];
    const server = `http://${/127\.0\.0\.1:\d+/.exec(line)?.[0]}`;
    return kubeconfigFor(server);
  }

  const fleet = (user: string, ...args: readonly string[]) => {
    const where = ["--context", "test", "--kubeconfig", join(folder, user)];
    return fleetIn({ folder, environment: { NO_COLOR: "1" } }, ...args, ...where);
  };

  const promote = (stage: string) => {
    const promotions = `${KARGO}/namespaces/${NAMESPACE}/promotions`;
    return admin.send(dry(post(promotions, promotionTo(stage), unbound("root"))));
  };
  async function becomes(stage: string, status: number): Promise<string> {
    let answer = await promote(stage);
    await heard(async () => {
      answer = await promote(stage);
      return answer.status === status;
    });
    return messageOf(answer);
  }

  it("shows what it would do, and stops nothing in a dry run", async () => {
    const { stdout } = await succeeds(fleet("alice", "stop-the-line", "--reason", "fire", "--dry-run"));
    assert.match(
      stdout,
      /^Before:\n {2}nothing is stopped\nAfter \(dry run\):\n {2}closed {2}stop-1 .*every Stage of every service .*fire \(by alice\)$/,
    );
    assert.equal((await promote("prod")).status, 201);
  });

  it("stops everything at once, in the name of the caller, until somebody resumes", async () => {
    const { stdout } = await succeeds(fleet("alice", "stop-the-line", "--reason", "fire"));
    assert.match(
      stdout,
      /closed {2}stop-1 {5}every Stage of every service {2}without a known end {2}fire \(by alice\)/,
    );
    assert.match(
      await becomes("dev", 403),
      /Stage dev of line is closed: stopped by alice until somebody resumes: fire\. Ask break-glass, .*on-call ends a stop with fleet resume\./,
    );
  });

  it("adds a second stop for some Stages and services, with an end", async () => {
    const some = ["--stages=prod", "--services=line,auth", "--until=2h", "--reason=water"];
    const { stdout } = await succeeds(fleet("bob", "stop-the-line", ...some, "--json"));
    const { before, after } = JSON.parse(stdout);
    assert.deepEqual([before.length, after.length], [1, 2]);
    const [, { id, by, stages, services, closed, until, next }] = after;
    assert.deepEqual([id, by, stages, services, closed], ["stop-2", "bob", ["prod"], ["line", "auth"], true]);
    assert.equal(Date.parse(until), Date.parse(next));
  });

  it("shows both with fleet windows, whose exit code says that something is closed", async () => {
    const { code, stdout } = await fleet("bob", "windows");
    assert.equal(code, 2);
    assert.match(
      stdout,
      /^test: 2 of 2 rules close something\nclosed {2}stop-1 .*\nclosed {2}stop-2 {5}prod of line, auth {2}until 20\d\d-.* UTC {2}water \(by bob\)$/,
    );
  });

  it("does not resume if several stops could be meant, or one is unknown", async () => {
    const several = await fleet("alice", "resume");
    assert.equal(several.code, 1);
    assert.match(
      several.stderr,
      /There are 2 stops: stop-1 by alice \(fire\), stop-2 by bob \(water\)\. Name those to end, or end all with --all\./,
    );
    const unknown = await fleet("alice", "resume", "stop-3");
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /There is no stop stop-3 \(there are: stop-1, stop-2\)/);
  });

  it("resumes one, and the other stays in force", async () => {
    const { stdout } = await succeeds(fleet("bob", "resume", "stop-1"));
    assert.match(stdout, /^Before:\n.*\n.*\nAfter:\n {2}closed {2}stop-2 .*$/);
    await becomes("dev", 201);
    assert.match(await becomes("prod", 403), /stopped by bob until 20\d\d-/);
  });

  it("resumes everything", async () => {
    const { stdout } = await succeeds(fleet("alice", "resume"));
    assert.match(stdout, /After:\n {2}nothing is stopped$/);
    await becomes("prod", 201);
    await succeeds(fleet("alice", "resume"));
  });

  it("is refused to people outside the incident group, by RBAC and by the guard", async () => {
    for (const command of [["stop-the-line", "--reason", "x"], ["resume"]]) {
      const { code, stderr } = await fleet("mallory", ...command);
      assert.equal(code, 1);
      assert.match(stderr, /cannot be read \(403\): configmaps "kargo-fleet-stop" is forbidden/);
    }
    const body = { data: { "stop-1.reason": "x", "stop-1.by": "root" } };
    const answer = await admin.send(patch(MAP, body, unbound("root")));
    assert.equal(answer.status, 403);
    assert.match(messageOf(answer), /The line is stopped and resumed by on-call alone/);
  });

  it("cannot be written in the name of somebody else, nor changed under it", async () => {
    const alice = { user: "alice", groups: ["on-call"] };
    const bob = { user: "bob", groups: ["on-call"] };
    const write = (data: object, as: typeof alice) => admin.send(patch(MAP, { data }, as));
    for (const data of [{ "stop-5.reason": "x", "stop-5.by": "bob" }, { "stop-5.reason": "x" }])
      assert.match(messageOf(await write(data, alice)), /A stop carries the name of the user/);
    assert.equal(
      (await write({ "stop-5.reason": "x", "stop-5.stages": "prod", "stop-5.by": "bob" }, bob)).status,
      200,
    );
    for (const data of [
      { "stop-5.reason": "y" },
      { "stop-5.stages": null },
      { "stop-5.by": null, "stop-5.stages": null },
    ])
      assert.match(messageOf(await write(data, alice)), /A stop carries the name of the user/);
    const ended = { "stop-5.reason": null, "stop-5.stages": null, "stop-5.by": null };
    assert.equal((await write(ended, alice)).status, 200);
  });

  it("cannot be made immutable or given an owner, after which nobody could resume", async () => {
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "0" };
    for (const as of [unbound("bob", "on-call"), unbound("eve", "break-glass")])
      for (const change of [{ immutable: true }, { metadata: { ownerReferences: [owner] } }]) {
        const body = { ...change, data: { "stop-6.reason": "x", "stop-6.by": as.user } };
        const answer = await admin.send(dry(patch(MAP, body, as)));
        assert.equal(answer.status, 403);
        assert.match(messageOf(answer), /stay changeable/);
      }
  });

  it("survives the administrator who applies fleet deployer again", async () => {
    await succeeds(fleet("alice", "stop-the-line", "--reason", "fire"));
    const api = kubernetesApi(await connectionOf(plane.admin));
    const objects = switchObjects(platformPlan({ access: ACCESS }).guard).map(applied);
    for (const { path, object } of objects) await api.apply(path, JSON.stringify(object));
    api.close();
    await becomes("dev", 403);
    await succeeds(fleet("alice", "resume"));
    await becomes("dev", 201);
  });
});

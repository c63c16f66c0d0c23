import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { execa, type ResultPromise } from "execa";
import { type Cluster, messageOf, openCluster } from "../../fleet/cluster.ts";
import { STOP } from "../../manifests/calendar.ts";
import { switchObjects } from "../../manifests/incident-switch.ts";
import { installDefinitions } from "../../sandbox/crds.ts";
import { applied } from "../../sandbox/deployer.ts";
import { connectionOf, kubernetesApi } from "../../sandbox/kubernetes-api.ts";
import { platformPlan } from "../sources.ts";
import { type CommandResult, KARGO, sendOrThrow, unbound } from "./access-world.ts";
import { applyGuards } from "./administer.ts";
import { type SharedControlPlane, sharedControlPlane, TOOLCHAIN_TIMEOUT } from "./control-plane.ts";

const ACCESS = "{ deployer: kargo-fleet-deployer, breakGlass: break-glass, incident: on-call }";
const MAP = `/api/v1/namespaces/kargo-fleet-windows/configmaps/${STOP}`;
const NAMESPACE = "kargo-line";
/** How often to ask until the API server has heard of a change. */
const ATTEMPTS = 1_200;

describe("fleet stop-the-line and resume, on a real API server", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let plane: SharedControlPlane;
  let admin: Cluster;
  let folder: string;
  const proxies: ResultPromise[] = [];

  before(async () => {
    plane = await sharedControlPlane();
    await installDefinitions({ admin: plane.admin });
    await applyGuards(plane.admin, platformPlan({ access: ACCESS }));
    admin = await openCluster({ kubeconfig: plane.admin, context: "sandbox" });
    folder = await mkdtemp(join(tmpdir(), "fleet-line-"));
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } };
    await sendOrThrow(admin, { method: "POST", path: "/api/v1/namespaces", body });
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
    await admin?.send({ method: "DELETE", path: `/api/v1/namespaces/${NAMESPACE}` });
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
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "it", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "it", user: {} }],
      contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
    });
  }

  async function fleet(user: string, ...args: readonly string[]): Promise<CommandResult> {
    const where = ["--context", "it", "--kubeconfig", join(folder, user)];
    const options = { reject: false, env: { NO_COLOR: "1" }, cwd: folder } as const;
    const program = join(process.cwd(), "fleet/main.ts");
    const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args, ...where], options);
    return { exitCode, stdout, stderr };
  }

  const promote = (stage: string) =>
    admin.send({
      method: "POST",
      path: `${KARGO}/namespaces/${NAMESPACE}/promotions?dryRun=All`,
      body: {
        apiVersion: "kargo.akuity.io/v1alpha1",
        kind: "Promotion",
        metadata: { generateName: "p-" },
        spec: { stage, freight: "abc", steps: [{ uses: "git-clone" }] },
      },
      as: unbound("root"),
    });
  async function becomes(stage: string, status: number): Promise<string> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const answer = await promote(stage);
      if (answer.status === status) return messageOf(answer);
      await pause(50);
    }
    throw new Error(`a Promotion to ${stage} never gets ${status}`);
  }

  it("shows what it would do, and stops nothing in a dry run", async () => {
    const { exitCode, stdout } = await fleet("alice", "stop-the-line", "--reason", "fire", "--dry-run");
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^Before:\n {2}nothing is stopped\nAfter \(dry run\):\n {2}closed {2}stop-1 .*every Stage of every service .*fire \(by alice\)$/,
    );
    assert.equal((await promote("prod")).status, 201);
  });

  it("stops everything at once, in the name of the caller, until somebody resumes", async () => {
    const { exitCode, stdout, stderr } = await fleet("alice", "stop-the-line", "--reason", "fire");
    assert.equal(exitCode, 0, stderr);
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
    const args = [
      "--stages",
      "prod",
      "--services",
      "line,auth",
      "--until",
      "2h",
      "--reason",
      "water",
      "--json",
    ];
    const { exitCode, stdout, stderr } = await fleet("bob", "stop-the-line", ...args);
    assert.equal(exitCode, 0, stderr);
    const { before, after } = JSON.parse(stdout);
    assert.deepEqual([before.length, after.length], [1, 2]);
    const [, { id, by, stages, services, closed, until, next }] = after;
    assert.deepEqual([id, by, stages, services, closed], ["stop-2", "bob", ["prod"], ["line", "auth"], true]);
    assert.equal(Date.parse(until), Date.parse(next));
  });

  it("shows both with fleet windows, whose exit code says that something is closed", async () => {
    const { exitCode, stdout } = await fleet("bob", "windows");
    assert.equal(exitCode, 2);
    assert.match(
      stdout,
      /^it: 2 of 2 rules close something\nclosed {2}stop-1 .*\nclosed {2}stop-2 {5}prod of line, auth {2}until 20\d\d-.* UTC {2}water \(by bob\)$/,
    );
  });

  it("does not resume if several stops could be meant, or one is unknown", async () => {
    const several = await fleet("alice", "resume");
    assert.equal(several.exitCode, 1);
    assert.match(
      several.stderr,
      /There are 2 stops: stop-1 by alice \(fire\), stop-2 by bob \(water\)\. Name those to end, or end all with --all\./,
    );
    const unknown = await fleet("alice", "resume", "stop-3");
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stderr, /There is no stop stop-3 \(there are: stop-1, stop-2\)/);
  });

  it("resumes one, and the other stays in force", async () => {
    const { exitCode, stdout } = await fleet("bob", "resume", "stop-1");
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Before:\n.*\n.*\nAfter:\n {2}closed {2}stop-2 .*$/);
    await becomes("dev", 201);
    assert.match(await becomes("prod", 403), /stopped by bob until 20\d\d-/);
  });

  it("resumes everything", async () => {
    const { exitCode, stdout } = await fleet("alice", "resume");
    assert.equal(exitCode, 0);
    assert.match(stdout, /After:\n {2}nothing is stopped$/);
    await becomes("prod", 201);
    const { exitCode: again } = await fleet("alice", "resume");
    assert.equal(again, 0);
  });

  it("is refused to people outside the incident group, by RBAC and by the guard", async () => {
    for (const command of [["stop-the-line", "--reason", "x"], ["resume"]]) {
      const { exitCode, stderr } = await fleet("mallory", ...command);
      assert.equal(exitCode, 1);
      assert.match(stderr, /cannot be read \(403\): configmaps "kargo-fleet-stop" is forbidden/);
    }
    const body = { data: { "stop-1.reason": "x", "stop-1.by": "root" } };
    const answer = await admin.send({ method: "PATCH", path: MAP, body, as: unbound("root") });
    assert.equal(answer.status, 403);
    assert.match(messageOf(answer), /The line is stopped and resumed by on-call alone/);
  });

  it("cannot be written in the name of somebody else, nor changed under it", async () => {
    const alice = { user: "alice", groups: ["on-call"] };
    const bob = { user: "bob", groups: ["on-call"] };
    const write = (data: object, as: typeof alice) =>
      admin.send({ method: "PATCH", path: `${MAP}`, body: { data }, as });
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
        const answer = await admin.send({ method: "PATCH", path: `${MAP}?dryRun=All`, body, as });
        assert.equal(answer.status, 403);
        assert.match(messageOf(answer), /stay changeable/);
      }
  });

  it("survives the administrator who applies fleet deployer again", async () => {
    assert.equal((await fleet("alice", "stop-the-line", "--reason", "fire")).exitCode, 0);
    const api = kubernetesApi(await connectionOf(plane.admin));
    const objects = switchObjects(platformPlan({ access: ACCESS }).guard).map(applied);
    for (const { path, object } of objects) await api.apply(path, JSON.stringify(object));
    api.close();
    await becomes("dev", 403);
    assert.equal((await fleet("alice", "resume")).exitCode, 0);
    await becomes("dev", 201);
  });
});

import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { TOOLCHAIN_TIMEOUT } from "../../test/engine/control-plane.ts";
import { isAlive, readRecords, stopRecorded } from "../processes.ts";

const ROOM = join(import.meta.dirname, "..");

describe("the commands of the sandbox", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);

  let root: string;
  let directory: string;
  /** Node's compile cache, shared by the tests. */
  let compiled: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "kargo-fleet-commands-"));
    compiled = await mkdtemp(join(tmpdir(), "compiled-"));
    directory = join(root, "it's a sandbox");
    await run("commands.ts", "up");
  });

  after(async () => {
    await stopRecorded(directory, { grace: 0 });
    for (const folder of [root, compiled]) await rm(folder, { recursive: true, force: true });
  });

  function run(file: string, ...args: string[]) {
    const env = { SANDBOX_DIRECTORY: directory, NODE_COMPILE_CACHE: compiled };
    return execa(process.execPath, [join(ROOM, file), ...args], { env, all: true, reject: false });
  }

  async function processNamed(name: string) {
    const found = (await readRecords(directory))?.processes.find((recorded) => recorded.name === name);
    assert.ok(found, `${name} is not recorded`);
    return found;
  }

  it("up reports a running sandbox and prints how to use it", async () => {
    const { exitCode, all } = await run("commands.ts", "up");
    assert.equal(exitCode, 0);
    assert.match(all, /^The sandbox is already running\./);
    assert.match(all, /export PATH=.*KUBECONFIG=/);
  });

  it("up prints one line that makes pulumi and kubectl of any shell use the sandbox", async () => {
    const { all } = await run("commands.ts", "up");
    const line = all.split("\n").find((printed) => printed.includes("export PATH="));
    const script = `${line}\npulumi stack ls --json\nkubectl auth whoami -o jsonpath='{.status.userInfo.username}'`;
    const { stdout } = await execa("/bin/sh", ["-c", script], { cwd: join(ROOM, "..") });
    assert.match(stdout, /"name": "sandbox",\s+"current": true/);
    assert.match(stdout, /kargo-fleet-deployer$/);
  });

  it("status shows the processes, the version, the source of the definitions, and the objects", async () => {
    const { exitCode, all } = await run("commands.ts", "status");
    assert.equal(exitCode, 0);
    const { pid, url } = await processNamed("kube-apiserver");
    assert.match(all, new RegExp(`^kube-apiserver +${pid} +runs +${url}$`, "m"));
    assert.match(all, /^local GitHub +\d+ +runs +http:\/\/127\.0\.0\.1:\d+$/m);
    assert.match(all, /^Argo Events' place +\d+ +runs +http:\/\/127\.0\.0\.1:\d+$/m);
    assert.match(all, /^Kubernetes v1\.\d+\.\d+; 19 definitions from (CRDS_DIR|their releases)$/m);
    assert.match(all, /^stages\.kargo\.akuity\.io +0$/m);
  });

  it("kubectl runs as the administrator and returns kubectl's exit code", async () => {
    assert.match((await run("kubectl.ts", "auth", "whoami")).all, /system:masters/);
    assert.equal((await run("kubectl.ts", "get", "no-such-thing")).exitCode, 1);
  });

  it("up keeps a running sandbox, and restarts one that has lost a process", async () => {
    const apiServer = await processNamed("kube-apiserver");
    const etcd = await processNamed("etcd");
    process.kill(apiServer.pid, "SIGKILL");
    while (await isAlive(apiServer)) {
      await pause(20);
    }
    const status = await run("commands.ts", "status");
    assert.equal(status.exitCode, 3);
    assert.match(status.all, /^kube-apiserver +\d+ +GONE/m);
    assert.match(
      status.all,
      /these are the leftovers of a killed run\.\n.*npm run sandbox:down only cleans up/,
    );
    assert.equal((await run("commands.ts", "up")).exitCode, 0);
    assert.equal(await isAlive(etcd), false);
    assert.equal((await run("commands.ts", "status")).exitCode, 0);
  });

  it("down --keep keeps only the logs", async () => {
    const { processes = [] } = (await readRecords(directory)) ?? {};
    const { exitCode, all } = await run("commands.ts", "down", "--keep");
    assert.deepEqual([exitCode, all], [0, "The sandbox is down."]);
    assert.ok(processes.length >= 5);
    assert.deepEqual(new Set(await Promise.all(processes.map(isAlive))), new Set([false]));
    assert.deepEqual(await readdir(directory), ["logs"]);
  });

  it("down succeeds if nothing runs", async () => {
    const { exitCode, all } = await run("commands.ts", "down");
    assert.deepEqual([exitCode, all], [0, "The sandbox was not running."]);
    assert.deepEqual(await readdir(root), []);
  });

  it("status and kubectl explain how to start a stopped sandbox", async () => {
    const status = await run("commands.ts", "status");
    assert.deepEqual(
      [status.exitCode, status.all],
      [3, "The sandbox is down. Start it with: npm run sandbox:up"],
    );
    const kubectl = await run("kubectl.ts", "get", "pods");
    assert.deepEqual(
      [kubectl.exitCode, kubectl.all],
      [1, "The sandbox is not up. Start it with: npm start, or npm run sandbox:up"],
    );
  });
});

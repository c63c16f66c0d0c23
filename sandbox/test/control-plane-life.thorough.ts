import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { sharedPrograms, TOOLCHAIN_TIMEOUT } from "../../test/engine/control-plane.ts";
import { type ControlPlane, type ControlPlanePrograms, startControlPlane } from "../control-plane.ts";
import { isAlive, type RecordedProcess, readRecords, stopRecorded } from "../processes.ts";

describe("the life of a control plane", function () {
  this.timeout(120_000);

  let programs: ControlPlanePrograms;
  let root: string;
  let directory: string;

  before(async function () {
    this.timeout(TOOLCHAIN_TIMEOUT);
    ({ programs } = await sharedPrograms());
  });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "kargo-fleet-life-"));
    directory = join(root, "sandbox");
  });

  afterEach(async () => {
    await stopRecorded(directory, { grace: 0 });
    await rm(root, { recursive: true, force: true });
  });

  const spawnStarter = () =>
    spawn(process.execPath, [join(import.meta.dirname, "starter.ts"), directory, JSON.stringify(programs)], {
      stdio: ["ignore", "pipe", "inherit"],
    });

  /** Waits until this many processes are recorded, and returns them. */
  async function recorded(count: number): Promise<readonly RecordedProcess[]> {
    for (;;) {
      const { processes = [] } = (await readRecords(directory)) ?? {};
      if (processes.length >= count) {
        return processes;
      }
      await pause(20);
    }
  }

  const alive = async (processes: readonly RecordedProcess[]) =>
    (await Promise.all(processes.map(isAlive))).filter(Boolean).length;

  async function kill(starter: ChildProcessByStdio<null, Readable, null>): Promise<void> {
    starter.kill("SIGKILL");
    await once(starter, "exit");
  }

  it("tries another port if one is taken, and stops in under five seconds without leaving processes or ports", async () => {
    const quicker = join(root, "kube-apiserver");
    const flag = join(root, "tried");
    await writeFile(
      quicker,
      `#!/bin/sh\nif [ -e ${flag} ]; then exec ${programs["kube-apiserver"]} "$@"; fi\ntouch ${flag}\necho 'bind: address already in use'\nexit 1\n`,
    );
    await chmod(quicker, 0o755);
    const controlPlane = await startControlPlane({
      directory,
      programs: { ...programs, "kube-apiserver": quicker },
    });
    const names = (await recorded(3)).map(({ name }) => name);
    assert.deepEqual(names, ["etcd", "kube-apiserver", "kube-controller-manager"]);
    // An open watch must not delay the stop.
    const watcher = execa(
      programs.kubectl,
      ["--kubeconfig", controlPlane.kubeconfigs.admin, "get", "namespaces", "--watch"],
      { reject: false },
    );
    await once(watcher.stdout, "data");
    const before = Date.now();
    await controlPlane.stop();
    const took = Date.now() - before;
    watcher.kill("SIGKILL");
    assert.equal(await alive(controlPlane.processes), 0);
    assert.ok(took < 5_000, `${took} ms`);
    for (const { url } of controlPlane.processes.filter(({ url }) => url !== undefined)) {
      const server = createServer().listen(Number(new URL(url ?? "").port), "127.0.0.1");
      await once(server, "listening");
      server.close();
    }
  });

  it("stops everything if a program fails during the start, and shows its last output and log path", async () => {
    const broken = join(root, "kube-apiserver");
    await writeFile(broken, "#!/bin/sh\necho the disk is on fire\nexit 1\n");
    await chmod(broken, 0o755);
    const start = startControlPlane({ directory, programs: { ...programs, "kube-apiserver": broken } });
    const etcd = (await recorded(1))[0];
    await assert.rejects(start, {
      name: "SandboxError",
      message: `kube-apiserver ended before it was ready (exit code 1). The last lines of ${directory}/logs/kube-apiserver.log:\nthe disk is on fire`,
    });
    assert.equal(await alive(etcd === undefined ? [] : [etcd]), 0);
    assert.equal(await readRecords(directory), undefined);
  });

  it("starts afresh after its starter was killed during or after the start", async () => {
    const first = spawnStarter();
    const half = await recorded(2);
    await kill(first);
    const second = spawnStarter();
    await once(second.stdout, "data");
    const whole = await recorded(3);
    await kill(second);
    const left = [await alive(half), await alive(whole)];
    const controlPlane = await startControlPlane({ directory, programs });
    const counts = [await alive(whole), await alive(controlPlane.processes)];
    await controlPlane.stop();
    assert.deepEqual(
      [left, counts],
      [
        [0, 3],
        [0, 3],
      ],
    );
  });

  it("stops when its starter gets Ctrl-C", async () => {
    const starter = spawnStarter();
    await once(starter.stdout, "data");
    const processes = await recorded(3);
    starter.kill("SIGINT");
    const [code] = await once(starter, "exit");
    assert.deepEqual([code, await alive(processes), await readRecords(directory)], [130, 0, undefined]);
  });

  it("stops when its starter gets SIGTERM during the start", async () => {
    const starter = spawnStarter();
    const processes = await recorded(2);
    starter.kill("SIGTERM");
    const [code] = await once(starter, "exit");
    assert.deepEqual([code, await alive(processes), await readRecords(directory)], [143, 0, undefined]);
  });

  it("does not touch the sandbox of another folder", async () => {
    const folders = [directory, join(root, "other")];
    const both: ControlPlane[] = await Promise.all(
      folders.map((folder) => startControlPlane({ directory: folder, programs })),
    );
    const [one, other] = both;
    assert.ok(one && other);
    const kubectl = async (controlPlane: ControlPlane, ...args: string[]) =>
      (await execa(programs.kubectl, ["--kubeconfig", controlPlane.kubeconfigs.deployer, ...args])).stdout;
    try {
      await kubectl(one, "create", "namespace", "mine");
      await one.stop();
      assert.equal(await kubectl(other, "get", "namespace", "mine", "--ignore-not-found"), "");
      assert.equal(await alive(other.processes), 3);
    } finally {
      await Promise.all(both.map((controlPlane) => controlPlane.stop()));
    }
  });
});

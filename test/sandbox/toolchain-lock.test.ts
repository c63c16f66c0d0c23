import assert from "node:assert/strict";
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Holder, takeLock } from "../../sandbox/toolchain/lock.ts";
import { machineIdentity, startOf } from "../../sandbox/toolchain/process-identity.ts";
import { makePlace, removePlaces } from "./toolchain-fakes.ts";

const child = fileURLToPath(new URL("toolchain-child.ts", import.meta.url));

const children: ChildProcessByStdio<null, Readable, null>[] = [];

/** Another process that takes the lock and says so. */
function otherProcess(folder: string): ChildProcessByStdio<null, Readable, null> {
  const other = spawn(process.execPath, [child, "lock", folder], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(other);
  return other;
}

async function freshFolder(): Promise<string> {
  return join((await makePlace()).folder, "lock");
}

/** The lock file of a process that has ended. */
async function deadFile(folder: string): Promise<string> {
  const { pid, start } = await promisify(execFile)(process.execPath, ["-p", "process.pid"]).then(
    ({ stdout }) => ({ pid: stdout.trim(), start: "1" }),
  );
  await mkdir(folder, { recursive: true });
  const name = [pid, start, await machineIdentity(), "left"].join(".");
  await writeFile(join(folder, name), "etcd");
  return name;
}

describe("the toolchain's lock", function () {
  this.timeout(20_000);
  afterEach(async () => {
    for (const other of children.splice(0)) {
      other.kill("SIGKILL");
    }
    await removePlaces();
  });

  it("is held by one at a time, however many want it", async () => {
    const folder = await freshFolder();
    await deadFile(folder);
    let inside = 0;
    const most: number[] = [];
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const lock = await takeLock(folder, { doing: "a test" });
        inside += 1;
        most.push(inside);
        await delay(30);
        inside -= 1;
        await lock.release();
      }),
    );
    assert.deepEqual(most, [1, 1, 1, 1, 1, 1]);
  });

  it("is not taken from a living process, and names it to those who wait", async () => {
    const folder = await freshFolder();
    const lock = await takeLock(folder, { doing: "the toolchain" });
    await lock.describe("kube-apiserver");
    const seen: Holder[] = [];
    await assert.rejects(
      takeLock(folder, {
        doing: "etcd",
        signal: AbortSignal.timeout(700),
        onWait: (holder) => seen.push(holder),
      }),
      { name: "AbortError" },
    );
    assert.deepEqual(seen[0], { pid: process.pid, doing: "kube-apiserver" });
    await lock.release();
  });

  it("is not taken from a living process by another process", async () => {
    const folder = await freshFolder();
    const lock = await takeLock(folder, { doing: "the toolchain" });
    const other = otherProcess(folder);
    const held = once(other.stdout, "data").then(() => "held");
    assert.equal(await Promise.race([held, delay(1_500, "waiting")]), "waiting");
    await lock.release();
    assert.equal(await held, "held");
  });

  it("is taken over from a process that was killed", async () => {
    const folder = await freshFolder();
    const other = otherProcess(folder);
    await once(other.stdout, "data");
    other.kill("SIGKILL");
    await once(other, "exit");
    assert.equal((await readdir(folder)).length, 1);
    const lock = await takeLock(folder, { doing: "etcd", signal: AbortSignal.timeout(5_000) });
    assert.equal((await readdir(folder)).length, 1);
    await lock.release();
    assert.deepEqual(await readdir(folder), []);
  });

  it("is taken over where another process has got the dead owner's id", async () => {
    const folder = await freshFolder();
    await mkdir(folder);
    await writeFile(join(folder, [process.pid, "1", await machineIdentity(), "left"].join(".")), "etcd");
    const lock = await takeLock(folder, { doing: "etcd", signal: AbortSignal.timeout(5_000) });
    await lock.release();
  });

  it("waits for another machine as long as that shows signs of life", async () => {
    const folder = await freshFolder();
    await mkdir(folder);
    const file = join(folder, [1, "1", "elsewhere", "held"].join("."));
    await writeFile(file, "etcd");
    const beating = setInterval(() => void utimes(file, new Date(), new Date()), 100);
    const options = { doing: "etcd", silence: 800 };
    await assert.rejects(takeLock(folder, { ...options, signal: AbortSignal.timeout(2_500) }), {
      name: "AbortError",
    });
    clearInterval(beating);
    const lock = await takeLock(folder, { ...options, signal: AbortSignal.timeout(5_000) });
    await lock.release();
  });

  it("tells two processes of one id apart by their start", async () => {
    assert.match((await startOf(process.pid)) ?? "", /^\w+$/);
    assert.equal(await startOf(2 ** 30), undefined);
  });
});

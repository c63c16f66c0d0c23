import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { takeLock } from "../../../fleet/lock.ts";
import { startOf } from "../../toolchain/process-identity.ts";
import { freshPlace } from "./fakes.ts";

const child = fileURLToPath(new URL("child.ts", import.meta.url));

const children: ChildProcessByStdio<null, Readable, null>[] = [];

/** Another process that takes the lock and reports it. */
function otherProcess(file: string): ChildProcessByStdio<null, Readable, null> {
  const other = spawn(process.execPath, [child, "lock", file], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(other);
  return other;
}

describe("the toolchain's lock", function () {
  this.timeout(20_000);
  afterEach(() => {
    for (const other of children.splice(0)) other.kill("SIGKILL");
  });
  const place = freshPlace();
  let file: string;
  beforeEach(() => {
    file = join(place().folder, "lock");
  });

  it("is held by one at a time, however many want it", async () => {
    let inside = 0;
    const most: number[] = [];
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const lock = await takeLock(file, {});
        inside += 1;
        most.push(inside);
        await delay(30);
        inside -= 1;
        lock.release();
      }),
    );
    assert.deepEqual(most, [1, 1, 1, 1, 1, 1]);
  });

  it("is not taken from a living process, and waiting processes see its name", async () => {
    const lock = await takeLock(file, {});
    await lock.describe("kube-apiserver");
    const seen: string[] = [];
    const waiting = new AbortController();
    const onWait = (holder: string) => {
      seen.push(holder);
      waiting.abort();
    };
    await assert.rejects(takeLock(file, { signal: waiting.signal, onWait }), { name: "AbortError" });
    assert.equal(seen[0], `pid ${process.pid}: kube-apiserver`);
    lock.release();
    await assert.rejects(access(`${file}.holder`));
  });

  it("is not taken from a living process by another process", async () => {
    const lock = await takeLock(file, {});
    const other = otherProcess(file);
    const held = once(other.stdout, "data").then(() => "held");
    assert.equal(await Promise.race([held, delay(1_500, "waiting")]), "waiting");
    lock.release();
    assert.equal(await held, "held");
  });

  it("is released when its process is killed", async () => {
    const other = otherProcess(file);
    await once(other.stdout, "data");
    await assert.rejects(takeLock(file, { signal: AbortSignal.timeout(700) }), { name: "AbortError" });
    other.kill("SIGKILL");
    await once(other, "exit");
    (await takeLock(file, {})).release();
  });
});

describe("a process", () => {
  it("is identified by its start time beside its id", async () => {
    assert.match((await startOf(process.pid)) ?? "", /^\w+$/);
    assert.equal(await startOf(2 ** 30), undefined);
  });
});

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startOf } from "../../toolchain/process-identity.ts";
import { freshPlace, goOnPath, helloProgram } from "./fakes.ts";

const script = fileURLToPath(new URL("child.ts", import.meta.url));
const children: ChildProcess[] = [];
/** The children of the endless Go, to be killed if the code under test does not. */
const orphans: number[] = [];

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 50_000; !(await condition()); await delay(50)) {
    assert.ok(Date.now() < end, "waited in vain");
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function building(pids: string): Promise<readonly number[]> {
  await until(async () => /\d+ \d+\n/.test(await readFile(pids, "utf8").catch(() => "")));
  const started = (await readFile(pids, "utf8")).trim().split(" ").map(Number);
  orphans.push(...started);
  return started;
}

describe("the toolchain in several processes", function () {
  this.timeout(60_000);
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill("SIGKILL");
    }
    for (const pid of orphans.splice(0)) {
      if ((await startOf(pid)) !== undefined) {
        process.kill(pid, "SIGKILL");
      }
    }
  });
  const place = freshPlace();
  beforeEach(() => helloProgram(place()));

  /** Provides `hello` in another process. `said` returns its standard output and standard error. */
  function run(task = "build") {
    const child = spawn(process.execPath, [script, task, place().folder], { env: place().environment });
    children.push(child);
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    return { child, said: () => text, ended: once(child, "close").then(([code]) => code as number | null) };
  }

  /** A Go that never finishes a build. It leaves half a program, and records its own id and its child's. */
  async function endlessGo(): Promise<string> {
    const pids = join(place().folder, "pids");
    await goOnPath(
      place(),
      `if [ "$1" = build ]; then
        for word; do last=$out; out=$word; [ "$last" = -o ] && echo half > "$out"; done
        sleep 600 & echo "$$ $!" > '${pids}'; wait
      fi`,
    );
    return pids;
  }

  async function assertNothingLeft(pids: readonly number[]): Promise<void> {
    for (const pid of pids) await until(async () => (await startOf(pid)) === undefined);
    assert.deepEqual(await readdir(place().cache), ["lock"]);
  }

  it("is built once by two concurrent runs, and the second says which process it waits for", async () => {
    const builds = join(place().folder, "builds");
    const goOn = join(place().folder, "go-on");
    await goOnPath(
      place(),
      `if [ "$1" = build ]; then echo built >> '${builds}'; until [ -e '${goOn}' ]; do sleep 0.05; done; fi`,
    );
    const runs = [run(), run()];
    await until(() => runs.some(({ said }) => said().includes("another run is making")));
    await writeFile(goOn, "");
    assert.deepEqual(await Promise.all(runs.map(({ ended }) => ended)), [0, 0]);
    assert.equal(await readFile(builds, "utf8"), "built\n");
    const waiter = runs.find(({ said }) => said().includes("made by another run"));
    const builder = runs.find((other) => other !== waiter);
    const words = new RegExp(`another run is making the toolchain \\(pid ${builder?.child.pid}: `);
    assert.match(waiter?.said() ?? "", words);
  });

  it("leaves nothing behind on Ctrl-C during a build", async () => {
    const pids = await endlessGo();
    const { child, said, ended } = run();
    const started = await building(pids);
    child.kill("SIGINT");
    assert.equal(await ended, 130);
    assert.match(said(), /^interrupted: Interrupted\. No partial files are left/m);
    await assertNothingLeft(started);
  });

  it("leaves nothing behind if the caller's own Ctrl-C handler exits at once", async () => {
    const pids = await endlessGo();
    const { child, ended } = run("build-and-exit");
    const started = await building(pids);
    child.kill("SIGINT");
    assert.equal(await ended, 3);
    await assertNothingLeft(started);
  });

  it("continues after a run was killed during a build", async () => {
    const pids = await endlessGo();
    const killed = run();
    await building(pids);
    killed.child.kill("SIGKILL");
    await killed.ended;
    assert.ok(await exists(join(place().cache, ".staging", "out", "hello")));
    await goOnPath(place());
    const next = run();
    assert.equal(await next.ended, 0, next.said());
    assert.match(next.said(), /origin: built/);
    assert.ok(!(await exists(join(place().cache, ".staging"))));
  });
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { firstEnded, isAlive, readRecords, startRecorded, stopRecorded } from "../processes.ts";
import { startOf } from "../toolchain/process-identity.ts";
import { ownedFolder, startScript, untilExists } from "./recorded-programs.ts";

describe("processes", function () {
  this.timeout(30_000);
  const directory = ownedFolder();

  it("are recorded before they run", async () => {
    const started = await startScript(
      directory(),
      "reader",
      `cat ${directory()}/processes.json > ${directory()}/seen`,
    );
    await started.ended;
    const seen = JSON.parse(await readFile(join(directory(), "seen"), "utf8")) as {
      processes: { pid: number }[];
    };
    assert.deepEqual(
      seen.processes.map(({ pid }) => pid),
      [started.pid],
    );
  });

  it("are reported as soon as one of them has ended", async () => {
    const stays = await startScript(directory(), "stays", "sleep 60");
    const goes = await startScript(directory(), "goes", "sleep 60");
    const missed = firstEnded([stays, goes]);
    process.kill(goes.pid, "SIGKILL");
    assert.equal((await missed).name, "goes");
    assert.equal(await isAlive(stays), true);
  });

  it("never run if they could not be recorded", async () => {
    await rm(join(directory(), "processes.json"));
    const attempt = startScript(directory(), "unrecorded", `touch ${directory()}/ran`);
    await assert.rejects(attempt, { name: "SandboxError", message: /was stopped during its start/ });
    await pause(300);
    assert.ok(!(await readdir(directory())).includes("ran"));
  });

  it("are stopped in reverse start order", async () => {
    for (const name of ["first", "second", "third"]) {
      const script = `trap 'echo ${name} >> ${directory()}/order; exit' TERM; touch ${directory()}/${name}; while :; do sleep 0.05; done`;
      await startScript(directory(), name, script);
      await untilExists(join(directory(), name));
    }
    await stopRecorded(directory());
    assert.equal(await readFile(join(directory(), "order"), "utf8"), "third\nsecond\nfirst\n");
  });

  it("are killed if they do not end by themselves", async () => {
    const script = `trap '' TERM; touch ${directory()}/deaf; while :; do sleep 0.05; done`;
    const started = await startScript(directory(), "deaf", script);
    await untilExists(join(directory(), "deaf"));
    await stopRecorded(directory(), { grace: 200 });
    assert.equal(await started.ended, "SIGKILL");
  });

  it("are stopped together with their children", async () => {
    const script = `sh -c "trap '' TERM; echo \\$\\$ > ${directory()}/child; exec sleep 100" & wait`;
    await startScript(directory(), "parent", script);
    await untilExists(join(directory(), "child"));
    const child = Number(await readFile(join(directory(), "child"), "utf8"));
    await stopRecorded(directory());
    while ((await startOf(child)) !== undefined) await pause(20);
  });

  it("are no longer recorded after a stop", async () => {
    await startScript(directory(), "sleeper", "sleep 100");
    await stopRecorded(directory());
    assert.equal(await readRecords(directory()), undefined);
  });

  it("are left alone if a later process has their id", async () => {
    const bystander = spawn("sleep", ["100"], { detached: true });
    const pid = bystander.pid ?? 0;
    const recorded = { name: "etcd", pid, started: "1", log: join(directory(), "etcd.log") };
    const text = await readFile(join(directory(), "processes.json"), "utf8");
    await writeFile(
      join(directory(), "processes.json"),
      JSON.stringify({ ...JSON.parse(text), processes: [recorded] }),
    );
    await stopRecorded(directory());
    assert.notEqual(await startOf(pid), undefined);
    bystander.kill("SIGKILL");
  });

  it("are not stopped if their records are damaged, and the error explains a fix", async () => {
    const file = join(directory(), "processes.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.slice(0, 20));
    await assert.rejects(stopRecorded(directory()), {
      name: "SandboxError",
      message: /processes\.json is damaged/,
    });
    await writeFile(file, text);
  });

  it("name a missing program in its log", async () => {
    const log = join(directory(), "absent.log");
    const absent = { name: "absent", path: join(directory(), "absent"), arguments: [], log };
    const started = await startRecorded(directory(), absent);
    assert.equal(await started.ended, "exit code 127");
    assert.match(await readFile(log, "utf8"), /absent/);
  });
});

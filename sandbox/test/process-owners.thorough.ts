import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { claimDirectory, detachRecorded, isAlive, readRecords, stopRecorded } from "../processes.ts";
import { ownedFolder, spawnNode, spawnWaiting, startScript } from "./recorded-programs.ts";

describe("processes and their owner", function () {
  this.timeout(30_000);
  const directory = ownedFolder();

  it("of a living owner block the folder, and the error explains a fix", async () => {
    const folder = join(directory(), "other");
    const other = await spawnWaiting(`await processes.claimDirectory(${JSON.stringify(folder)})`);
    await assert.rejects(claimDirectory(folder), {
      name: "SandboxError",
      message: `A sandbox is already running in ${folder} (started by process ${other.pid}). Stop it with: npm run sandbox:down`,
    });
    other.kill("SIGKILL");
  });

  it("of a killed owner are stopped by the next one", async () => {
    const folder = join(directory(), "other");
    const program = { name: "sleeper", path: "/bin/sleep", arguments: ["100"], log: join(folder, "log") };
    const other = await spawnWaiting(
      `await processes.claimDirectory(${JSON.stringify(folder)});
       await processes.startRecorded(${JSON.stringify(folder)}, ${JSON.stringify(program)})`,
    );
    const [left] = (await readRecords(folder))?.processes ?? [];
    assert.ok(left !== undefined && (await isAlive(left)));
    other.kill("SIGKILL");
    await once(other, "exit");
    await claimDirectory(folder);
    assert.equal(await isAlive(left), false);
    await stopRecorded(folder);
  });

  it("may outlive their owner after they are detached", async () => {
    const folder = join(directory(), "other");
    const program = { name: "sleeper", path: "/bin/sleep", arguments: ["100"], log: join(folder, "log") };
    const other = spawnNode(
      `await processes.claimDirectory(${JSON.stringify(folder)});
       await processes.startRecorded(${JSON.stringify(folder)}, ${JSON.stringify(program)});
       await processes.detachRecorded(${JSON.stringify(folder)});`,
    );
    await once(other, "exit");
    await assert.rejects(claimDirectory(folder), /already running in .* \(in the background\)/);
    await stopRecorded(folder);
  });

  it("that are detached are stopped by the next owner if one of them has ended", async () => {
    const sleeper = await startScript(directory(), "sleeper", "exec sleep 100");
    const crashed = await startScript(directory(), "crashed", "exit 1");
    await crashed.ended;
    await detachRecorded(directory());
    await claimDirectory(directory());
    assert.equal(await isAlive(sleeper), false);
  });

  it("have one owner if two claim the folder at once", async () => {
    const folder = JSON.stringify(join(directory(), "other"));
    const claimants = [1, 2, 3].map(() =>
      spawnNode(
        `const won = await processes.claimDirectory(${folder}).then(() => "won", () => "lost");
         console.log(won); setInterval(() => {}, 1000)`,
      ),
    );
    const answers = await Promise.all(
      claimants.map(async ({ stdout }) => `${(await once(stdout, "data"))[0]}`.trim()),
    );
    claimants.forEach((claimant) => void claimant.kill("SIGKILL"));
    assert.deepEqual(answers.sort(), ["lost", "lost", "won"]);
  });

  it("are stopped once, however often Ctrl-C arrives, and the exit code names the signal", async () => {
    const other = spawnNode(
      `signals.stopOnSignals(async () => { console.log("stopping"); await new Promise((done) => setTimeout(done, 300)); });
       console.log("up"); setInterval(() => {}, 1000)`,
    );
    let printed = "";
    other.stdout.on("data", (text) => {
      printed += text;
    });
    await once(other.stdout, "data");
    other.kill("SIGINT");
    await pause(100);
    other.kill("SIGINT");
    const [code] = await once(other, "close");
    assert.deepEqual([code, printed], [130, "up\nstopping\n"]);
  });

  it("are not started while a signal ends their starter", async () => {
    const folder = join(directory(), "late");
    const mark = join(directory(), "mark");
    const script = ["-c", `touch ${mark}`];
    const program = { name: "late", path: "/bin/sh", arguments: script, log: join(folder, "log") };
    const other = await spawnWaiting(
      `signals.stopOnSignals(() => new Promise((done) => setTimeout(done, 500)));
       await processes.claimDirectory(${JSON.stringify(folder)});
       process.on("SIGINT", () => processes.startRecorded(${JSON.stringify(folder)}, ${JSON.stringify(program)}))`,
    );
    other.kill("SIGINT");
    const [code] = await once(other, "exit");
    const { processes = [] } = (await readRecords(folder)) ?? {};
    const alive = await Promise.all(processes.map(isAlive));
    assert.deepEqual([code, alive, existsSync(mark)], [130, [false], false]);
  });

  it("cannot claim a folder while a signal ends their starter", async () => {
    const folder = join(directory(), "late");
    const other = await spawnWaiting(
      `signals.stopOnSignals(() => new Promise((done) => setTimeout(done, 500)));
       process.on("SIGINT", () => processes.claimDirectory(${JSON.stringify(folder)}))`,
    );
    other.kill("SIGINT");
    const [code] = await once(other, "exit");
    assert.deepEqual([code, existsSync(folder)], [130, false]);
  });
});

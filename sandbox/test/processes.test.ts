import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  claimDirectory,
  detachRecorded,
  firstEnded,
  isAlive,
  readRecords,
  startRecorded,
  stopRecorded,
} from "../processes.ts";
import { startOf } from "../toolchain/process-identity.ts";

/** Starts a shell script as a recorded program. */
const startScript = (directory: string, name: string, script: string) =>
  startRecorded(directory, {
    name,
    path: "/bin/sh",
    arguments: ["-c", script],
    log: join(directory, `${name}.log`),
  });

/** Starts a process that runs `body` with the functions of processes.ts, and waits to be killed. */
function spawnNode(body: string) {
  const processes = JSON.stringify(join(import.meta.dirname, "../processes.ts"));
  const signals = JSON.stringify(join(import.meta.dirname, "../signals.ts"));
  const code = `import * as processes from ${processes}; import * as signals from ${signals}; ${body}`;
  return spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function untilExists(file: string): Promise<void> {
  while (!(await stat(file).catch(() => undefined))) {
    await pause(20);
  }
}

describe("processes", function () {
  this.timeout(30_000);

  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "kargo-fleet-processes-"));
    await claimDirectory(directory);
  });

  afterEach(async () => {
    await stopRecorded(directory, { grace: 0 });
    await rm(directory, { recursive: true, force: true });
  });

  it("are recorded before they run", async () => {
    const started = await startScript(
      directory,
      "reader",
      `cat ${directory}/processes.json > ${directory}/seen`,
    );
    await started.ended;
    const seen = JSON.parse(await readFile(join(directory, "seen"), "utf8")) as {
      processes: { pid: number }[];
    };
    assert.deepEqual(
      seen.processes.map(({ pid }) => pid),
      [started.pid],
    );
  });

  it("are reported as soon as one of them has ended", async () => {
    const stays = await startScript(directory, "stays", "sleep 60");
    const goes = await startScript(directory, "goes", "sleep 60");
    const missed = firstEnded([stays, goes]);
    process.kill(goes.pid, "SIGKILL");
    assert.equal((await missed).name, "goes");
    assert.equal(await isAlive(stays), true);
  });

  it("never run if they could not be recorded", async () => {
    await rm(join(directory, "processes.json"));
    const attempt = startScript(directory, "unrecorded", `touch ${directory}/ran`);
    await assert.rejects(attempt, { name: "SandboxError", message: /was stopped by someone else/ });
    await pause(300);
    assert.ok(!(await readdir(directory)).includes("ran"));
  });

  it("are stopped in reverse start order", async () => {
    for (const name of ["first", "second", "third"]) {
      const script = `trap 'echo ${name} >> ${directory}/order; exit' TERM; touch ${directory}/${name}; while :; do sleep 0.05; done`;
      await startScript(directory, name, script);
      await untilExists(join(directory, name));
    }
    await stopRecorded(directory);
    assert.equal(await readFile(join(directory, "order"), "utf8"), "third\nsecond\nfirst\n");
  });

  it("are killed if they do not end by themselves", async () => {
    const script = `trap '' TERM; touch ${directory}/deaf; while :; do sleep 0.05; done`;
    const started = await startScript(directory, "deaf", script);
    await untilExists(join(directory, "deaf"));
    await stopRecorded(directory, { grace: 200 });
    assert.equal(await started.ended, "SIGKILL");
  });

  it("are stopped together with their children", async () => {
    const script = `sh -c "trap '' TERM; echo \\$\\$ > ${directory}/child; exec sleep 100" & wait`;
    await startScript(directory, "parent", script);
    await untilExists(join(directory, "child"));
    const child = Number(await readFile(join(directory, "child"), "utf8"));
    await stopRecorded(directory);
    await pause(100);
    assert.equal(await startOf(child), undefined);
  });

  it("are no longer recorded after a stop", async () => {
    await startScript(directory, "sleeper", "sleep 100");
    await stopRecorded(directory);
    assert.equal(await readRecords(directory), undefined);
  });

  it("are left alone if a later process has their id", async () => {
    const bystander = spawn("sleep", ["100"], { detached: true });
    const pid = bystander.pid ?? 0;
    const recorded = { name: "etcd", pid, started: "1", log: join(directory, "etcd.log") };
    const text = await readFile(join(directory, "processes.json"), "utf8");
    await writeFile(
      join(directory, "processes.json"),
      JSON.stringify({ ...JSON.parse(text), processes: [recorded] }),
    );
    await stopRecorded(directory);
    assert.notEqual(await startOf(pid), undefined);
    bystander.kill("SIGKILL");
  });

  it("are not stopped if their records are damaged, and the error explains a fix", async () => {
    const file = join(directory, "processes.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.slice(0, 20));
    await assert.rejects(stopRecorded(directory), {
      name: "SandboxError",
      message: /processes\.json is damaged/,
    });
    await writeFile(file, text);
  });

  it("name a missing program in its log", async () => {
    const log = join(directory, "absent.log");
    const absent = { name: "absent", path: join(directory, "absent"), arguments: [], log };
    const started = await startRecorded(directory, absent);
    assert.equal(await started.ended, "exit code 127");
    assert.match(await readFile(log, "utf8"), /absent/);
  });

  it("of a living owner block the folder, and the error explains a fix", async () => {
    const other = spawnNode(
      `await processes.claimDirectory(${JSON.stringify(`${directory}/other`)}); console.log("up"); setInterval(() => {}, 1000)`,
    );
    await once(other.stdout, "data");
    await assert.rejects(claimDirectory(join(directory, "other")), {
      name: "SandboxError",
      message: `A sandbox is already running in ${directory}/other (started by process ${other.pid}). Stop it with: npm run sandbox:down`,
    });
    other.kill("SIGKILL");
  });

  it("of a killed owner are stopped by the next one", async () => {
    const folder = join(directory, "other");
    const program = { name: "sleeper", path: "/bin/sleep", arguments: ["100"], log: join(folder, "log") };
    const other = spawnNode(
      `await processes.claimDirectory(${JSON.stringify(folder)});
       await processes.startRecorded(${JSON.stringify(folder)}, ${JSON.stringify(program)});
       console.log("up"); setInterval(() => {}, 1000)`,
    );
    await once(other.stdout, "data");
    const [left] = (await readRecords(folder))?.processes ?? [];
    assert.ok(left !== undefined && (await isAlive(left)));
    other.kill("SIGKILL");
    await once(other, "exit");
    await claimDirectory(folder);
    assert.equal(await isAlive(left), false);
    await stopRecorded(folder);
  });

  it("may outlive their owner after they are detached", async () => {
    const folder = join(directory, "other");
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
    const sleeper = await startScript(directory, "sleeper", "exec sleep 100");
    const crashed = await startScript(directory, "crashed", "exit 1");
    await crashed.ended;
    await detachRecorded(directory);
    await claimDirectory(directory);
    assert.equal(await isAlive(sleeper), false);
  });

  it("have one owner if two claim the folder at once", async () => {
    const folder = JSON.stringify(join(directory, "other"));
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
    const [code] = await once(other, "exit");
    assert.deepEqual([code, printed], [130, "up\nstopping\n"]);
  });

  it("are not started while a signal ends their starter", async () => {
    const folder = join(directory, "late");
    const mark = join(directory, "mark");
    const program = {
      name: "late",
      path: "/bin/sh",
      arguments: ["-c", `touch ${mark}`],
      log: join(folder, "log"),
    };
    const other = spawnNode(
      `signals.stopOnSignals(() => new Promise((done) => setTimeout(done, 500)));
       await processes.claimDirectory(${JSON.stringify(folder)});
       process.on("SIGINT", () => processes.startRecorded(${JSON.stringify(folder)}, ${JSON.stringify(program)}));
       console.log("up"); setInterval(() => {}, 1000)`,
    );
    await once(other.stdout, "data");
    other.kill("SIGINT");
    const [code] = await once(other, "exit");
    const { processes = [] } = (await readRecords(folder)) ?? {};
    const alive = await Promise.all(processes.map(isAlive));
    assert.deepEqual([code, alive, existsSync(mark)], [130, [false], false]);
  });

  it("cannot claim a folder while a signal ends their starter", async () => {
    const folder = join(directory, "late");
    const other = spawnNode(
      `signals.stopOnSignals(() => new Promise((done) => setTimeout(done, 500)));
       process.on("SIGINT", () => processes.claimDirectory(${JSON.stringify(folder)}));
       console.log("up"); setInterval(() => {}, 1000)`,
    );
    await once(other.stdout, "data");
    other.kill("SIGINT");
    const [code] = await once(other, "exit");
    assert.deepEqual([code, existsSync(folder)], [130, false]);
  });
});

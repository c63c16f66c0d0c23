import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { execa } from "execa";

const event = (severity: string, message: string) =>
  JSON.stringify({ diagnosticEvent: { message, severity } });
const KEPT = [
  event("info", 'it says "severity":"debug" itself'),
  event("error", "it failed"),
  '{"summaryEvent":{}}',
];

describe("with-events.sh", () => {
  let folder: string;
  let events: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "with-events-"));
    events = join(folder, "events.json");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs it with this engine; the log's path is its last argument. */
  async function run(engine: string) {
    await writeFile(join(folder, "pulumi"), `#!/usr/bin/env bash\nlog="\${@: -1}"\n${engine}\n`, {
      mode: 0o755,
    });
    return await execa(resolve(".github/scripts/with-events.sh"), [events, "up", "--yes"], {
      env: { PATH: [folder, process.env.PATH].join(delimiter), TMPDIR: folder },
      reject: false,
      timeout: 20_000,
    });
  }
  const prints = (lines: readonly string[]) => `cat > "$log" <<'END'\n${lines.join("\n")}\nEND`;

  it("keeps all events except debug events", async () => {
    const [first = "", ...rest] = KEPT;
    const { exitCode } = await run(prints([first, event("debug", "planted"), ...rest]));
    assert.equal(exitCode, 0);
    assert.equal(await readFile(events, "utf8"), `${KEPT.join("\n")}\n`);
  });

  it("reads the events from a pipe, so that no debug event reaches a disk while pulumi runs", async () => {
    const { stdout } = await run('test -p "$log" && echo pipe; ls -l "$log" | cut -c 1-10');
    assert.deepEqual(stdout.split("\n"), ["pipe", "prw-------"]);
  });

  it("writes a file that only its owner can read, even if the file existed and was public", async () => {
    await writeFile(events, "older", { mode: 0o644 });
    await run(prints(KEPT));
    assert.equal((await stat(events)).mode & 0o777, 0o600);
  });

  it("has pulumi's exit code and output", async () => {
    const { exitCode, stdout } = await run(`echo "$1 $2"\n${prints(KEPT)}\nexit 7`);
    assert.deepEqual([exitCode, stdout], [7, "up --yes"]);
    assert.ok((await readFile(events, "utf8")).includes("it failed"));
  });

  it("does not hang if pulumi writes no events", async () => {
    const { exitCode, timedOut } = await run("exit 255");
    assert.deepEqual([exitCode, timedOut], [255, false]);
    assert.equal(await readFile(events, "utf8"), "");
  });
});

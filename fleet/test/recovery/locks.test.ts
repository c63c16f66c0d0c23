import assert from "node:assert/strict";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Lock, lockFolder, ownerState, parseLock, readLocks } from "../../recovery/locks.ts";
import { thisMachine } from "../../recovery/machine.ts";
import { requireUnlocked } from "../../recovery/stack-lock.ts";
import { removedFolders } from "../folder.ts";

const SINCE = new Date("2026-11-25T13:21:32Z");
const LOCK =
  '{"pid":42,"username":"alice","hostname":"ci","timestamp":"2026-11-25T13:21:32.123456789+01:00"}';

function lock(host: string): Lock {
  return { file: "lock.json", owner: { pid: 42, user: "alice", host, since: SINCE } };
}

describe("the locks of a stack", () => {
  const folder = removedFolders();

  it("are read in the engine's format, whatever its time zone", () => {
    assert.deepEqual(parseLock(LOCK), {
      pid: 42,
      user: "alice",
      host: "ci",
      since: new Date("2026-11-25T12:21:32.123Z"),
    });
  });

  it("have no owner if the file is truncated anywhere", () => {
    fc.assert(
      fc.property(fc.nat(LOCK.length - 1), (length) => {
        assert.equal(parseLock(LOCK.slice(0, length)), undefined);
      }),
    );
  });

  it("are only found in a file backend", () => {
    const below = ".pulumi/locks/organization/kargo-fleet/prod";
    assert.equal(lockFolder("file:///state", "prod"), `/state/${below}`);
    assert.equal(lockFolder("file:///my%20state?no_tmp_dir=true", "prod"), `/my state/${below}`);
    assert.equal(lockFolder("file://~", "prod"), join(homedir(), below));
    for (const backend of ["s3://bucket", "https://app.pulumi.com/acme", "gs://bucket"])
      assert.equal(lockFolder(backend, "prod"), undefined);
  });

  it("are none if the folder is missing, and exclude the backend's attribute files", async () => {
    const { path } = await folder({ "one.json": LOCK, "one.json.attrs": LOCK });
    assert.deepEqual(await readLocks(join(path, "absent")), []);
    assert.deepEqual(
      (await readLocks(path)).map(({ file, owner }) => [file, owner?.pid]),
      [[join(path, "one.json"), 42]],
    );
  });

  it("are alive if a process with that id started before the lock", () => {
    const machine = (since: Date | undefined) => ({ host: "here", process: () => ({ since }) });
    assert.equal(ownerState(lock("here"), machine(new Date("2026-11-25T13:21:30Z"))), "alive");
    assert.equal(ownerState(lock("here"), machine(undefined)), "alive");
    assert.equal(ownerState(lock("here"), machine(new Date("2026-11-25T13:30:00Z"))), "dead");
    assert.equal(ownerState(lock("here"), { host: "here", process: () => undefined }), "dead");
  });

  it("are of unknown state on another machine or without an owner", () => {
    const machine = { host: "here", process: () => undefined };
    assert.equal(ownerState(lock("there"), machine), "unknown");
    assert.equal(ownerState({ file: "lock.json", owner: undefined }, machine), "unknown");
  });

  it("of other backends need the user's confirmation", async () => {
    const engine = { backend: async () => "s3://user:secret@bucket" };
    const options = { stack: "prod", ownerIsDead: false };
    await assert.rejects(requireUnlocked(engine, options), (error: Error) => {
      assert.match(error.message, /s3:\/\/bucket cannot be checked from here[\s\S]*--owner-is-dead/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    const locks = await requireUnlocked(engine, { ...options, ownerIsDead: true });
    assert.equal(locks, undefined);
  });
});

describe("this machine", () => {
  it("knows its name and the start time of a process", () => {
    const machine = thisMachine();
    assert.equal(machine.host, hostname());
    const { since } = machine.process(process.pid) ?? {};
    const started = Date.now() - process.uptime() * 1000;
    assert.ok(since && Math.abs(since.getTime() - started) < 5_000, `${since?.toISOString()}`);
  });

  it("reports a missing process", () => {
    assert.equal(thisMachine().process(2 ** 22 + 1), undefined);
  });
});

import { randomUUID } from "node:crypto";
import { unlinkSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { machineIdentity, startOf } from "./process-identity.ts";

/** Who holds the lock and what for. */
export interface Holder {
  readonly pid: number;
  readonly doing: string;
}

/** A lock that is held. */
export interface Lock {
  /** Tells those who wait what is going on now. */
  describe(doing: string): Promise<void>;
  release(): Promise<void>;
}

export interface LockOptions {
  readonly doing: string;
  /** Called about twice a second while somebody else holds the lock. */
  readonly onWait?: (holder: Holder) => void;
  readonly signal?: AbortSignal;
  /** How long a holder on another machine may show no sign of life, in milliseconds. @default 120000 */
  readonly silence?: number;
}

const heartbeatMilliseconds = 10_000;

/**
 * Takes a lock that one process at a time holds, waiting for the present holder.
 *
 * Each contender writes a file of its own, named after itself, and holds the lock when it then sees no other file of
 * a living process. Two that see each other both step back for a random moment. So a dead holder's file can be
 * removed by anybody at any time: nobody else's file can be hit, and there is no moment at which two take over.
 *
 * @param folder made where it is missing
 * @throws DOMException `AbortError` when the signal is raised while waiting
 */
export async function takeLock(folder: string, options: LockOptions): Promise<Lock> {
  await mkdir(folder, { recursive: true });
  const machine = await machineIdentity();
  const name = [process.pid, await startOf(process.pid), machine, randomUUID()].join(".");
  const file = join(folder, name);
  const sight = new Sight(folder, machine, options.silence ?? 12 * heartbeatMilliseconds);
  for (;;) {
    options.signal?.throwIfAborted();
    const [holder] = await sight.livingExcept(name);
    if (holder !== undefined) {
      options.onWait?.(holder);
      await pause(500, options.signal);
      continue;
    }
    const lock = await announce(file, options.doing);
    if ((await sight.livingExcept(name)).length === 0) {
      return lock;
    }
    await lock.release();
    await pause(20 + Math.random() * 200, options.signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return delay(milliseconds, undefined, signal ? { signal } : {});
}

async function announce(file: string, doing: string): Promise<Lock> {
  const onExit = () => {
    try {
      unlinkSync(file);
    } catch {
      // Gone already, or the folder is: nothing is left behind either way.
    }
  };
  process.on("exit", onExit);
  await writeFile(file, doing, { flag: "wx" });
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => clearInterval(heartbeat));
  }, heartbeatMilliseconds);
  heartbeat.unref();
  return {
    describe: (what) => writeFile(file, what),
    release: async () => {
      clearInterval(heartbeat);
      process.off("exit", onExit);
      await rm(file, { force: true });
    },
  };
}

/** What one contender sees of the others. */
class Sight {
  readonly #folder: string;
  readonly #machine: string;
  readonly #silence: number;
  /** Per file of another machine: its last sign of life, and when that was first seen by our own clock. */
  readonly #signs = new Map<string, { mtime: number; since: number }>();

  constructor(folder: string, machine: string, silence: number) {
    this.#folder = folder;
    this.#machine = machine;
    this.#silence = silence;
  }

  /** The living holders and contenders; the files of dead ones are removed. */
  async livingExcept(own: string): Promise<readonly Holder[]> {
    const living: Holder[] = [];
    for (const name of (await readdir(this.#folder)).filter((other) => other !== own)) {
      const file = join(this.#folder, name);
      if (await this.#lives(name, file)) {
        const doing = await readFile(file, "utf8").catch(() => "");
        living.push({ pid: Number(name.split(".")[0]), doing });
      } else {
        await rm(file, { force: true });
      }
    }
    return living;
  }

  async #lives(name: string, file: string): Promise<boolean> {
    const [pid, start, machine] = name.split(".");
    if (machine === this.#machine) {
      return (await startOf(Number(pid))) === start;
    }
    // Whether a process of another machine lives cannot be asked: its file's heartbeat has to show it.
    const status = await stat(file).catch(() => undefined);
    if (status === undefined) {
      return false;
    }
    const sign = this.#signs.get(name);
    if (sign?.mtime !== status.mtimeMs) {
      this.#signs.set(name, { mtime: status.mtimeMs, since: Date.now() });
      return true;
    }
    return Date.now() - sign.since < this.#silence;
  }
}

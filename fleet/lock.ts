import { rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";

/** A lock that is held. */
export interface Lock {
  /** Records the current activity for the waiting processes. */
  describe(doing: string): Promise<void>;
  release(): void;
}

interface LockOptions {
  /** Called about twice a second with the holder of the lock and its activity. */
  readonly onWait?: (holder: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Takes a lock that one process at a time can hold, and waits for the current holder unless `onWait` throws. It is SQLite's file lock,
 * which the operating system releases when a process dies.
 * @throws DOMException `AbortError` when the signal aborts the wait
 */
export async function takeLock(file: string, { onWait, signal }: LockOptions): Promise<Lock> {
  const note = `${file}.holder`;
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    while (!isTaken(database)) {
      onWait?.(await readFile(note, "utf8").catch(() => ""));
      await delay(500, undefined, signal ? { signal } : {});
    }
  } catch (error) {
    database.close();
    throw error;
  }
  const describe = (doing: string) => writeFile(note, `pid ${process.pid}: ${doing}`);
  const removeNote = () => rmSync(note, { force: true });
  process.on("exit", removeNote);
  await describe("starting");
  return {
    describe,
    release() {
      process.off("exit", removeNote);
      removeNote();
      database.close();
    },
  };
}

function isTaken(database: DatabaseSync): boolean {
  try {
    // The lock needs no journal file, because nothing is written.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (!/locked/.test((error as Error).message)) throw error;
    return false;
  }
}

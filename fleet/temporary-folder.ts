import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onExit } from "signal-exit";

/** A folder that only its owner can read. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Creates a folder that is removed at the latest when the process ends, even after Ctrl-C or another signal; only
 * `kill -9` leaves it. It may hold a state, or files of an untrusted change.
 * @param purpose part of its name
 */
export async function temporaryFolder(purpose: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `kargo-fleet-${purpose}-`));
  const stay = onExit(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
      stay();
    },
  };
}

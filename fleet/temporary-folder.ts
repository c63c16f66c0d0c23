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
 * Makes a new folder, which goes with the process at the latest, also where Ctrl-C or another signal ends it: what is put
 * there may be a state, or files of somebody's change. Only `kill -9` leaves it.
 *
 * @param purpose a word for its name, for whoever finds it
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

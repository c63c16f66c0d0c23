import { mkdir } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { type Lock, takeLock } from "../lock.ts";
import { Busy } from "./mend.ts";
import { NOTES } from "./records.ts";

/**
 * The right to bring up a cluster. There is one `fleet up` per folder; on other machines the engine's own lock of each
 * stack remains.
 * @throws Busy if somebody else has it
 */
export async function onlyOne(cluster: string): Promise<Lock> {
  await mkdir(NOTES, { recursive: true });
  const onWait = (holder: string) => {
    throw new Busy(`Another fleet up runs: ${holder || "a process that has just begun"}.`);
  };
  const lock = await takeLock(join(NOTES, "lock"), { onWait });
  await lock.describe(
    `fleet up of cluster ${cluster}, by ${userInfo().username} on ${hostname()}, since ${new Date().toISOString()}`,
  );
  return lock;
}

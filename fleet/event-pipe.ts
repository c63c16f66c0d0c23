import { closeSync, constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { temporaryFolder } from "./temporary-folder.ts";

/** A pipe into which an engine writes its events. Debug events hold secrets, so they reach no disk. */
interface EventPipe {
  /** The file name for `--event-log`, and the environment that permits the option. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** The events; they end after {@link ended}. */
  readonly events: Socket;
  /** Ends the events, when the engine has ended. */
  ended(): void;
  remove(): Promise<void>;
}

export async function eventPipe(): Promise<EventPipe> {
  const place = await temporaryFolder("events");
  const path = join(place.path, "events");
  await execa("mkfifo", ["-m", "600", path]);
  // Held open, so that the reader does not end before the engine opens it.
  const descriptor = openSync(path, "r+");
  const pipe = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return {
    path,
    env: { PULUMI_DEBUG_COMMANDS: "true", PULUMI_SKIP_UPDATE_CHECK: "true" },
    events: new Socket({ fd: pipe, writable: false }),
    ended: () => closeSync(descriptor),
    remove: () => place.remove(),
  };
}

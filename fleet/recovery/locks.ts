import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PROJECT } from "../../model/stack-config.ts";
import { backendFolder } from "../file-backend.ts";
import type { Machine } from "./machine.ts";

/** A lock of a stack; without owner if its file cannot be parsed. */
export interface Lock {
  readonly file: string;
  readonly owner: LockOwner | undefined;
}

/** The holder of a lock, from the lock's file. */
const holder = z
  .object({
    pid: z.int().positive(),
    username: z.string(),
    hostname: z.string(),
    timestamp: z.iso.datetime({ offset: true }),
  })
  .transform(({ pid, username: user, hostname: host, timestamp }) => ({
    pid,
    user,
    host,
    since: new Date(timestamp),
  }));

type LockOwner = z.output<typeof holder>;

/** Tolerance in milliseconds. A process that started later than this after the lock reuses the id. */
const SLACK = 5_000;

/**
 * The folder of a stack's locks.
 * @param backend the URL from `pulumi whoami`
 * @returns undefined if the backend keeps no files on this machine
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/lock.go
 */
export function lockFolder(backend: string, stack: string): string | undefined {
  const folder = backendFolder(backend);
  return folder && join(folder, "locks", "organization", PROJECT, stack);
}

/** Every lock in a folder; none if the folder is missing. */
export async function readLocks(folder: string): Promise<Lock[]> {
  const names = await readdir(folder).catch(absent<string[]>([]));
  // The backend keeps a file of attributes beside each lock.
  const files = names.filter((name) => name.endsWith(".json")).sort();
  const locks = files.map(async (name): Promise<Lock[]> => {
    const file = join(folder, name);
    const text = await readFile(file, "utf8").catch(absent(undefined));
    return text === undefined ? [] : [{ file, owner: parseLock(text) }];
  });
  return (await Promise.all(locks)).flat();
}

/** The owner in a lock's file; undefined if the file is truncated or no lock. */
export function parseLock(text: string): LockOwner | undefined {
  try {
    return holder.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Whether the owner of a lock still runs. Processes on other machines are unknown. On this machine the process id
 * counts only if its start time fits the lock.
 */
export function ownerState({ owner }: Lock, machine: Machine): "alive" | "dead" | "unknown" {
  if (owner === undefined || owner.host !== machine.host) return "unknown";
  const found = machine.process(owner.pid);
  if (found === undefined) return "dead";
  const reused = found.since !== undefined && found.since.getTime() > owner.since.getTime() + SLACK;
  return reused ? "dead" : "alive";
}

function absent<Value>(instead: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === "ENOENT") return instead;
    throw error;
  };
}

import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SandboxError } from "./sandbox-error.ts";
import { startOf } from "./toolchain/process-identity.ts";

/** Identifies one process. Process ids are reused, so it includes the start time. */
interface ProcessIdentity {
  readonly pid: number;
  /** Its start time in an opaque form (see `startOf`). */
  readonly started: string;
}

/** A process that the sandbox started. */
export interface RecordedProcess extends ProcessIdentity {
  readonly name: string;
  /** The file that receives its output. */
  readonly log: string;
  /** The address at which it listens, if any. */
  readonly url?: string;
}

/** The content of a folder's `processes.json`. */
export interface ProcessRecords {
  /** The program that started the processes and must stop them. */
  readonly owner: ProcessIdentity;
  /** Whether the processes may outlive their owner (`sandbox:up`). */
  readonly detached: boolean;
  /** In start order. */
  readonly processes: readonly RecordedProcess[];
}

const fileOf = (directory: string): string => join(directory, "processes.json");

/**
 * Reads the records of a folder; undefined if there are none.
 * @throws SandboxError if they cannot be read
 */
export async function readRecords(directory: string): Promise<ProcessRecords | undefined> {
  const file = fileOf(directory);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  });
  try {
    return text === undefined ? undefined : (JSON.parse(text) as ProcessRecords);
  } catch {
    throw new SandboxError(
      `${file} is damaged, so the sandbox's processes are unknown. End etcd, kube-apiserver and ` +
        "kube-controller-manager of this folder by hand if they run, then remove that file.",
    );
  }
}

/** Whether this process runs, and not a later one with the same id. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await startOf(identity.pid)) === identity.started;
}

/**
 * Makes this process the owner of a folder.
 * @returns false if the folder has an owner
 */
export async function claimRecords(directory: string): Promise<boolean> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const started = await startOf(process.pid);
  if (started === undefined) {
    throw new SandboxError(
      "The start time of this process cannot be read. The sandbox needs /proc or ps for it.",
    );
  }
  const records: ProcessRecords = { owner: { pid: process.pid, started }, detached: false, processes: [] };
  const draft = await writeDraft(directory, records);
  // Creating a link fails if the name is taken, so only one of two processes succeeds.
  const won = await link(draft, fileOf(directory)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") {
        return false;
      }
      throw error;
    },
  );
  await rm(draft, { force: true });
  return won;
}

/** Changes the records of a folder. Only the owner may call it, one change at a time. */
export function changeRecords(
  directory: string,
  change: (records: ProcessRecords) => ProcessRecords,
): Promise<void> {
  const turn = (turns.get(directory) ?? Promise.resolve()).then(async () => {
    const records = await readRecords(directory);
    if (records === undefined) {
      throw new SandboxError(`The sandbox in ${directory} was stopped during its start.`);
    }
    await rename(await writeDraft(directory, change(records)), fileOf(directory));
  });
  turns.set(
    directory,
    turn.catch(() => undefined),
  );
  return turn;
}

/**
 * Removes the records of a folder if they are still the given ones.
 * @returns false if somebody changed them meanwhile
 */
export async function removeRecords(directory: string, expected: ProcessRecords): Promise<boolean> {
  const taken = `${fileOf(directory)}.${process.pid}.${drafts++}`;
  try {
    await rename(fileOf(directory), taken);
  } catch {
    return true;
  }
  const found = JSON.parse(await readFile(taken, "utf8")) as ProcessRecords;
  const same = textOf(found) === textOf(expected);
  if (!same) {
    await link(taken, fileOf(directory)).catch(() => undefined);
  }
  await rm(taken, { force: true });
  return same;
}

const turns = new Map<string, Promise<void>>();
let drafts = 0;

async function writeDraft(directory: string, records: ProcessRecords): Promise<string> {
  const draft = `${fileOf(directory)}.${process.pid}.${drafts++}`;
  await writeFile(draft, textOf(records), { mode: 0o600 });
  return draft;
}

const textOf = (records: ProcessRecords): string => `${JSON.stringify(records, undefined, 2)}\n`;

import { execa } from "execa";
import { MemoryWatch } from "./memory.ts";

/** The time and memory of a command. */
export interface Cost {
  readonly seconds: number;
  /** The peak memory of the command and all its descendants, in MB. */
  readonly megabytes: number;
  /** The peak memory of the largest `pulumi` among them with its descendants; without one that of all, in MB. */
  readonly worker: number;
  /** The memory of each of its processes at that peak, in MB. */
  readonly processes: ReadonlyMap<string, number>;
  /** The processor time of the command and its descendants, in seconds. */
  readonly cpu: number;
  /** What the command and its descendants wrote to disk, in MB; undefined if the system does not count it. */
  readonly written: number | undefined;
}

/** Linux adds the counters of ended children to those of their parent, so the shell has those of all. */
const COUNTING = '"$@"; code=$?; { times; grep ^write_bytes: /proc/$$/io; } >&3 2>/dev/null; exit $code';

/**
 * Runs a command and measures it.
 * @param expected exit codes that are no failure
 * @param watch that watches other commands too
 * @throws Error if the command fails, with the end of its output
 */
export async function measure(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  expected: readonly number[] = [0],
  watch?: MemoryWatch,
): Promise<Cost> {
  const own = watch ?? new MemoryWatch();
  const started = performance.now();
  const child = execa("sh", ["-c", COUNTING, "sh", ...command], {
    ...options,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    all: true,
    reject: false,
  });
  const root = child.pid ?? 0;
  own.add(root);
  const { exitCode = -1, all, stdio } = await child;
  const seconds = (performance.now() - started) / 1000;
  const { all: megabytes, worker, processes } = own.remove(root);
  if (watch === undefined) await own.stop();
  if (!expected.includes(exitCode)) throw new Error(`${command.join(" ")} failed:\n${all.slice(-5_000)}`);
  return { seconds, megabytes, worker, processes, ...counted(String(stdio[3])) };
}

/** Reads what the shell printed: its own times, those of its children, and the bytes. */
function counted(text: string): Pick<Cost, "cpu" | "written"> {
  const bytes = /write_bytes: (\d+)/.exec(text)?.[1];
  const times = [...text.matchAll(/(\d+)m([\d.]+)s/g)].slice(2);
  const cpu = times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
  return { cpu, written: bytes === undefined ? undefined : Number(bytes) / 1e6 };
}

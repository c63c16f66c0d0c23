import { readFile, readlink } from "node:fs/promises";
import { execa } from "execa";

/** The time and memory of a command. */
export interface Cost {
  readonly seconds: number;
  /** The peak memory of the command and all its descendants, in MB. */
  readonly megabytes: number;
  /** The processor time of the command and its descendants, in seconds. */
  readonly cpu: number;
  /** What the command and its descendants wrote to disk, in MB; undefined if the system does not count it. */
  readonly written: number | undefined;
}

/** The interval between measurements, in milliseconds. */
const EVERY = 200;

/** Linux adds the counters of ended children to those of their parent, so the shell has those of all. */
const COUNTING = '"$@"; code=$?; { times; grep ^write_bytes: /proc/$$/io; } >&3 2>/dev/null; exit $code';

/** The memory of commands that run side by side. */
export class MemoryWatch {
  readonly #roots = new Map<number, number>();
  #looking = true;
  readonly #looked: Promise<void>;
  /** The peak of all together, in MB. */
  all = 0;

  constructor() {
    this.#looked = this.#look();
  }

  /** Starts to watch a process with its descendants. */
  add(root: number): void {
    this.#roots.set(root, 0);
  }

  /** Stops to watch it. @returns its peak, in MB */
  remove(root: number): number {
    const most = this.#roots.get(root) ?? 0;
    this.#roots.delete(root);
    return most;
  }

  async stop(): Promise<void> {
    this.#looking = false;
    await this.#looked;
  }

  async #look(): Promise<void> {
    while (this.#looking) {
      const held = await heldBy([...this.#roots.keys()]);
      for (const [root, megabytes] of held)
        if (this.#roots.has(root)) this.#roots.set(root, Math.max(this.#roots.get(root) ?? 0, megabytes));
      this.all = Math.max(
        this.all,
        [...held.values()].reduce((sum, one) => sum + one, 0),
      );
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  }
}

/**
 * Runs a command and measures it.
 * @param watch that watches other commands too
 * @throws Error if the command fails, with the end of its output
 */
export async function measure(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
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
  const { failed, all, stdio } = await child;
  const seconds = (performance.now() - started) / 1000;
  const megabytes = own.remove(root);
  if (watch === undefined) await own.stop();
  if (failed) throw new Error(`${command.join(" ")} failed:\n${all.slice(-5_000)}`);
  return { seconds, megabytes, ...counted(String(stdio[3])) };
}

/** Reads what the shell printed: its own times, those of its children, and the bytes. */
function counted(text: string): Pick<Cost, "cpu" | "written"> {
  const bytes = /write_bytes: (\d+)/.exec(text)?.[1];
  const times = [...text.matchAll(/(\d+)m([\d.]+)s/g)].slice(2);
  const cpu = times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
  return { cpu, written: bytes === undefined ? undefined : Number(bytes) / 1e6 };
}

/** The memory of processes with their descendants, in MB. */
async function heldBy(roots: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (roots.length === 0) return new Map();
  const { stdout } = await execa("ps", ["-A", "-o", "pid=,ppid=,rss="]);
  const all = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(
    await Promise.all(
      roots.map(async (root) => [root, (await heldTogether(familyOf(root, all))) / 1024] as const),
    ),
  );
}

/** The processes that descend from one, and it, with their resident memory in kB. */
function familyOf(root: number, all: readonly (readonly number[])[]): ReadonlyMap<number, number> {
  const family = new Set([root]);
  // A child may come before its parent in the list.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const [pid = 0, parent = 0] of all) if (family.has(parent)) family.add(pid);
  }
  return new Map(all.flatMap(([pid = 0, , rss = 0]) => (family.has(pid) ? [[pid, rss]] : [])));
}

/** In kB: what each process has for itself, and the file of each program once. Elsewhere than on Linux, all of it. */
async function heldTogether(family: ReadonlyMap<number, number>): Promise<number> {
  const files = new Map<string, number>();
  let own = 0;
  for (const [pid, resident] of family) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const program = await readlink(`/proc/${pid}/exe`).catch(() => String(pid));
    const file = Number(/RssFile:\s+(\d+)/.exec(status)?.[1] ?? 0);
    own += resident - file;
    files.set(program, Math.max(files.get(program) ?? 0, file));
  }
  return [...files.values()].reduce((sum, file) => sum + file, own);
}

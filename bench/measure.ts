import { readFile, readlink } from "node:fs/promises";
import { execa } from "execa";

/** The time and memory of a command. */
export interface Cost {
  readonly seconds: number;
  /** The peak memory of the command and all its descendants, in MB. */
  readonly megabytes: number;
  /** The peak memory of the largest `pulumi` among them with its descendants; without one that of all, in MB. */
  readonly worker: number;
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
  readonly #roots = new Map<number, Held>();
  #looking = true;
  readonly #looked: Promise<void>;
  /** The peak of all together, in MB. */
  all = 0;

  constructor() {
    this.#looked = this.#look();
  }

  /** Starts to watch a process with its descendants. */
  add(root: number): void {
    this.#roots.set(root, { all: 0, worker: 0 });
  }

  /** Stops to watch it. @returns its peaks */
  remove(root: number): Held {
    const most = this.#roots.get(root) ?? { all: 0, worker: 0 };
    this.#roots.delete(root);
    return most;
  }

  async stop(): Promise<void> {
    this.#looking = false;
    await this.#looked;
  }

  async #look(): Promise<void> {
    while (this.#looking) {
      const processes = await runningProcesses();
      let together = 0;
      for (const [root, most] of [...this.#roots]) {
        const held = await heldBy(root, processes);
        together += held.all;
        if (this.#roots.has(root))
          this.#roots.set(root, {
            all: Math.max(most.all, held.all),
            worker: Math.max(most.worker, held.worker),
          });
      }
      this.all = Math.max(this.all, together);
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  }
}

/** Memory in MB, as in {@link Cost}. */
interface Held {
  readonly all: number;
  readonly worker: number;
}

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
  const { all: megabytes, worker } = own.remove(root);
  if (watch === undefined) await own.stop();
  if (!expected.includes(exitCode)) throw new Error(`${command.join(" ")} failed:\n${all.slice(-5_000)}`);
  return { seconds, megabytes, worker, ...counted(String(stdio[3])) };
}

/** Reads what the shell printed: its own times, those of its children, and the bytes. */
function counted(text: string): Pick<Cost, "cpu" | "written"> {
  const bytes = /write_bytes: (\d+)/.exec(text)?.[1];
  const times = [...text.matchAll(/(\d+)m([\d.]+)s/g)].slice(2);
  const cpu = times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
  return { cpu, written: bytes === undefined ? undefined : Number(bytes) / 1e6 };
}

interface Running {
  readonly pid: number;
  readonly parent: number;
  /** In kB. */
  readonly resident: number;
  readonly program: string;
}

async function runningProcesses(): Promise<readonly Running[]> {
  const { stdout } = await execa("ps", ["-A", "-o", "pid=,ppid=,rss=,comm="]);
  return stdout.split("\n").map((line) => {
    const [pid, parent, resident, program = ""] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), resident: Number(resident), program };
  });
}

async function heldBy(root: number, processes: readonly Running[]): Promise<Held> {
  const family = familyOf(root, processes);
  const engines = family.filter(({ program, parent }) => {
    const above = family.find(({ pid }) => pid === parent);
    return isEngine(program) && !(above && isEngine(above.program));
  });
  const workers = await Promise.all(engines.map(({ pid }) => heldTogether(familyOf(pid, family))));
  const all = await heldTogether(family);
  return { all, worker: workers.length === 0 ? all : Math.max(...workers) };
}

function isEngine(program: string): boolean {
  return program.split("/").at(-1) === "pulumi";
}

/** A process with its descendants. */
function familyOf(root: number, processes: readonly Running[]): readonly Running[] {
  const family = new Set([root]);
  // A child may come before its parent in the list.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return processes.filter(({ pid }) => family.has(pid));
}

/** In MB: what each process has for itself, and the file of each program once. Elsewhere than on Linux, all of it. */
async function heldTogether(family: readonly Running[]): Promise<number> {
  const files = new Map<string, number>();
  let own = 0;
  for (const { pid, resident } of family) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const program = await readlink(`/proc/${pid}/exe`).catch(() => String(pid));
    const file = Number(/RssFile:\s+(\d+)/.exec(status)?.[1] ?? 0);
    own += Math.max(0, resident - file);
    files.set(program, Math.max(files.get(program) ?? 0, file));
  }
  return [...files.values()].reduce((sum, file) => sum + file, own) / 1024;
}

import { readFile, readlink } from "node:fs/promises";
import { execa } from "execa";

/** The interval between measurements, in milliseconds. */
const EVERY = 200;

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
    this.#roots.set(root, NOTHING);
  }

  /** Stops to watch it. @returns its peaks */
  remove(root: number): Held {
    const most = this.#roots.get(root) ?? NOTHING;
    this.#roots.delete(root);
    return most;
  }

  async stop(): Promise<void> {
    this.#looking = false;
    await this.#looked;
  }

  async #look(): Promise<void> {
    while (this.#looking) {
      const running = await runningProcesses();
      let together = 0;
      for (const [root, most] of [...this.#roots]) {
        const held = await heldBy(root, running);
        together += held.all;
        if (!this.#roots.has(root)) continue;
        const { worker, processes } = held.worker > most.worker ? held : most;
        this.#roots.set(root, { all: Math.max(most.all, held.all), worker, processes });
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
  /** Of the worker. */
  readonly processes: ReadonlyMap<string, number>;
}

const NOTHING: Held = { all: 0, worker: 0, processes: new Map() };

interface Running {
  readonly pid: number;
  readonly parent: number;
  /** In kB. */
  readonly resident: number;
  readonly program: string;
  /** With its arguments. */
  readonly command: string;
}

async function runningProcesses(): Promise<readonly Running[]> {
  const { stdout } = await execa("ps", ["-A", "-ww", "-o", "pid=,ppid=,rss=,args="]);
  return stdout.split("\n").map((line) => {
    const [, pid, parent, resident, command = ""] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    const [program = ""] = command.split(" ");
    return { pid: Number(pid), parent: Number(parent), resident: Number(resident), program, command };
  });
}

async function heldBy(root: number, running: readonly Running[]): Promise<Held> {
  const family = familyOf(root, running);
  const engines = family.filter(({ program, parent }) => {
    const above = family.find(({ pid }) => pid === parent);
    return isEngine(program) && !(above && isEngine(above.program));
  });
  const all = await heldTogether(family);
  const workers = await Promise.all(engines.map(({ pid }) => heldTogether(familyOf(pid, family))));
  const [processes = all] = workers.sort((a, b) => sumOf(b) - sumOf(a));
  return { all: sumOf(all), worker: sumOf(processes), processes };
}

function sumOf(processes: ReadonlyMap<string, number>): number {
  return [...processes.values()].reduce((sum, one) => sum + one, 0);
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

/** The processes of Pulumi, with what their commands contain; the first match counts. */
const PROCESSES: readonly (readonly [string, RegExp])[] = [
  ["program", /\/cmd\/run\b/],
  ["plugin of dynamic resources", /\/cmd\/dynamic-provider\b/],
  ["language host", /^\S*pulumi-language-nodejs/],
  ["Kubernetes plugin", /^\S*pulumi-resource-kubernetes/],
  ["GitHub plugin", /^\S*pulumi-resource-github/],
  ["engine", /^(\S*\/)?pulumi /],
  ["others", /./],
];

/** What a process of a worker is. */
export function processName(command: string): string {
  return PROCESSES.find(([, pattern]) => pattern.test(command))?.[0] ?? "others";
}

/** In MB: what each process has for itself, and the file of each program once. Elsewhere than on Linux, all of it. */
async function heldTogether(family: readonly Running[]): Promise<ReadonlyMap<string, number>> {
  const files = new Set<string>();
  const held = new Map<string, number>();
  for (const { pid, resident, command } of family) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const program = await readlink(`/proc/${pid}/exe`).catch(() => String(pid));
    const file = files.has(program) ? Number(/RssFile:\s+(\d+)/.exec(status)?.[1] ?? 0) : 0;
    files.add(program);
    const name = processName(command);
    held.set(name, (held.get(name) ?? 0) + Math.max(0, resident - file) / 1024);
  }
  return held;
}

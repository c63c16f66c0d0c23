import { execa } from "execa";

/** What a command cost. */
export interface Cost {
  readonly seconds: number;
  /** The most that the command and all its descendants held at once, in MB; pages that they share count for each. */
  readonly megabytes: number;
}

/** How often the processes are looked at, in milliseconds. */
const EVERY = 200;

/** @throws Error where the command fails */
export async function measure(
  [program = "", ...args]: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Cost> {
  const started = performance.now();
  const child = execa(program, args, { ...options, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  let most = 0;
  let looking = true;
  const look = async () => {
    while (looking) {
      most = Math.max(most, await heldBy(child.pid ?? 0));
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  };
  const looked = look();
  try {
    await child;
    return { seconds: (performance.now() - started) / 1000, megabytes: most / 1024 };
  } finally {
    looking = false;
    await looked;
  }
}

/** The resident memory of a process and its descendants, in kB. */
async function heldBy(root: number): Promise<number> {
  const { stdout } = await execa("ps", ["-A", "-o", "pid=,ppid=,rss="]);
  const all = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const family = new Set([root]);
  // A child may stand before its parent.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const [pid = 0, parent = 0] of all) if (family.has(parent)) family.add(pid);
  }
  return all.reduce((sum, [pid = 0, , rss = 0]) => sum + (family.has(pid) ? rss : 0), 0);
}

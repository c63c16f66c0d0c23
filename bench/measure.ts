import { execa } from "execa";

/** The time and memory of a command. */
export interface Cost {
  readonly seconds: number;
  /** The peak memory of the command and all its descendants, in MB; shared pages count for each process. */
  readonly megabytes: number;
}

/** The interval between measurements, in milliseconds. */
const EVERY = 200;

/**
 * @param expected exit codes that are no failure
 * @throws Error if the command fails
 */
export async function measure(
  [program = "", ...args]: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  expected: readonly number[] = [0],
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
    await child.catch((error: { readonly exitCode?: number }) => {
      if (!expected.includes(error.exitCode ?? -1)) throw error;
    });
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
  // A child may come before its parent in the list.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const [pid = 0, parent = 0] of all) if (family.has(parent)) family.add(pid);
  }
  return all.reduce((sum, [pid = 0, , rss = 0]) => sum + (family.has(pid) ? rss : 0), 0);
}

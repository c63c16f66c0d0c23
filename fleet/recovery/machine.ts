import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** The unit of times in `/proc` on every Linux platform (`USER_HZ`). */
const TICKS = 100;

/** A machine and its processes. */
export interface Machine {
  readonly host: string;
  /** The process with this id, with its start time if known; undefined if there is none. */
  process(pid: number): { readonly since: Date | undefined } | undefined;
}

export function thisMachine(): Machine {
  return {
    host: hostname(),
    process: (pid) => {
      if (!exists(pid)) return undefined;
      return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
    },
  };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A zombie process does nothing any more. */
function fromProc(pid: number): { since: Date | undefined } | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return { since: undefined };
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === "Z" || state === "X") return undefined;
  const booted = Number(/^btime (\d+)/m.exec(read("/proc/stat") ?? "")?.[1]);
  const since = new Date((booted + Number(rest[18]) / TICKS) * 1000);
  return { since: Number.isNaN(since.getTime()) ? undefined : since };
}

function fromPs(pid: number): { since: Date | undefined } | undefined {
  try {
    const options = { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } } as const;
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], options).trim();
    if (line.startsWith("Z")) return undefined;
    const since = new Date(line.replace(/^\S+\s+/, ""));
    return { since: Number.isNaN(since.getTime()) ? undefined : since };
  } catch {
    return { since: undefined };
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

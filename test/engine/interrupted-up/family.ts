import { execFileSync } from "node:child_process";

/** A descendant of a process. */
export interface Descendant {
  readonly pid: number;
  readonly command: string;
}

/** All current descendants of a process, from `ps`. */
export function familyOf(root: number): Descendant[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,command="], { encoding: "utf8" }).split("\n");
  const all = lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid && command ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
  });
  const found: Descendant[] = [];
  for (let young = [root]; young.length > 0; ) {
    const next = all.filter(({ parent }) => young.includes(parent));
    found.push(...next);
    young = next.map(({ pid }) => pid);
  }
  return found;
}

/** Ends a process if it still runs. */
export function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * When a process started, as an opaque word; undefined where no such process runs. Together with the process id it
 * names one process for good, since ids are given again.
 */
export async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    // See proc_pid_stat(5): the name in parentheses may hold anything; state is field 3, start time field 22.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields === undefined || /^[ZX]/.test(fields[0] ?? "") ? undefined : fields[19];
  }
  const { stdout } = await run("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout.trim().replace(/\W+/g, "") || undefined;
}

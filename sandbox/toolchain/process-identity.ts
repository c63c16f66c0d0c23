import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * The start time of a process in an opaque form; undefined if it does not run. Together with the process id it
 * identifies one process, since ids are reused.
 */
export async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    // See proc_pid_stat(5): the name in parentheses may contain anything; state is field 3, start time field 22.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields === undefined || /^[ZX]/.test(fields[0] ?? "") ? undefined : fields[19];
  }
  const { stdout } = await run("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout.trim().replace(/\W+/g, "") || undefined;
}

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a program ended. */
export interface Ended {
  /** Undefined if a signal ended it, or if it could not be started. */
  readonly exitCode: number | undefined;
  /** Standard output and standard error, in the order of arrival. */
  readonly lines: readonly string[];
  /** Set if the program could not be started. */
  readonly notStarted?: Error;
}

interface RunOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** The working directory. @default the current one */
  readonly folder?: string;
  /** Ends the program and its children. */
  readonly signal?: AbortSignal;
  /** How long the program may clean up after SIGINT, in milliseconds; 0 kills it at once. @default 3000 */
  readonly grace?: number;
  readonly onLine?: (line: string) => void;
}

const running = new Set<number>();
let watchingExit = false;

/**
 * Runs a program in its own process group, so that its children end with it (`go` starts compilers and a linker).
 * When this process exits, the group is killed.
 */
export function runInGroup(file: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  if (!watchingExit) {
    process.on("exit", () => running.forEach((pid) => void signalGroup(pid, "SIGKILL")));
    watchingExit = true;
  }
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = spawn(file, args, {
    cwd: options.folder,
    detached: true,
    env: options.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", (line) => {
      lines.push(line);
      options.onLine?.(line);
    });
  }
  const { pid } = child;
  if (pid === undefined) {
    child.once("error", (notStarted) => resolve({ exitCode: undefined, lines, notStarted }));
    return promise;
  }
  running.add(pid);
  let force: NodeJS.Timeout | undefined;
  const end = () => {
    const grace = options.grace ?? 3_000;
    signalGroup(pid, grace === 0 ? "SIGKILL" : "SIGINT");
    force ??= setTimeout(() => signalGroup(pid, "SIGKILL"), grace);
  };
  options.signal?.addEventListener("abort", end, { once: true });
  if (options.signal?.aborted) {
    end();
  }
  child.once("exit", () => {
    // A surviving grandchild would keep the pipes open, and "close" would never come.
    if (options.signal?.aborted) {
      signalGroup(pid, "SIGKILL");
    }
  });
  child.once("close", (code) => {
    clearTimeout(force);
    options.signal?.removeEventListener("abort", end);
    running.delete(pid);
    resolve({ exitCode: code ?? undefined, lines });
  });
  return promise;
}

/** Sends a signal to a process group, which may have ended. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // macOS reports EPERM for a group whose members have all ended.
    if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      throw error;
    }
  }
}

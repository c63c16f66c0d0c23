import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a program ended. */
export interface Ended {
  /** Undefined where a signal ended it, or where it could not be started. */
  readonly exitCode: number | undefined;
  /** Standard output and standard error, line by line in the order of arrival. */
  readonly lines: readonly string[];
  /** Set where the program could not be started at all. */
  readonly notStarted?: Error;
}

export interface RunOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** The folder to run in. @default the current one */
  readonly folder?: string;
  /** Ends the program and everything that it started. */
  readonly signal?: AbortSignal;
  /** How long the program may tidy up after a polite SIGINT, in milliseconds; 0 kills at once. @default 3000 */
  readonly grace?: number;
  readonly onLine?: (line: string) => void;
}

const running = new Set<number>();
let watchingExit = false;

/**
 * Runs a program in a process group of its own, so that ending it also ends what it started (`go` starts compilers
 * and a linker). Whatever still runs when this process exits is killed.
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
    // A grandchild that outlives its parent would hold the pipes open, and "close" would never come.
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

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

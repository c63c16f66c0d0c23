import { type ChildProcess, fork } from "node:child_process";
import { Socket } from "node:net";
import { resolve } from "node:path";

/** A `fleet` command for the process that runs them. */
export interface Call {
  readonly id: number;
  readonly args: readonly string[];
  /** The folder that it works in. */
  readonly cwd: string;
  /** What its environment has besides that of the tests. */
  readonly env: NodeJS.ProcessEnv;
}

/** What came of it. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let child: ChildProcess | undefined;
let calls = 0;
const waiting = new Map<number, { resolve: (ended: Ended) => void; reject: (error: Error) => void }>();

/**
 * Runs a `fleet` command as a shell would, but in one process with the others of a test run: to load the program takes
 * longer than most commands do. `program.test.ts` and the tests of the engine run it as a process of its own.
 */
export function fleetCommand(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  child ??= start();
  const id = calls++;
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  waiting.set(id, { resolve, reject });
  child.ref();
  child.send({ id, args, cwd, env } satisfies Call);
  return promise.finally(() => {
    if (waiting.size === 0) child?.unref();
  });
}

function start(): ChildProcess {
  const started = fork(resolve("fleet/test/command-process.ts"), {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let said = "";
  for (const stream of [started.stdout, started.stderr]) {
    // Neither must keep a test run alive.
    if (stream instanceof Socket) stream.unref();
    stream?.on("data", (text) => {
      said += text;
    });
  }
  started.channel?.unref();
  started.on("message", ({ id, ...ended }: Ended & { id: number }) => {
    waiting.get(id)?.resolve(ended);
    waiting.delete(id);
  });
  started.on("exit", () => {
    child = undefined;
    for (const { reject } of waiting.values())
      reject(new Error(`the process of the commands ended: ${said}`));
    waiting.clear();
  });
  process.on("exit", () => started.kill());
  return started;
}

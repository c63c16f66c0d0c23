import { type ChildProcess, fork } from "node:child_process";
import { Socket } from "node:net";
import { resolve } from "node:path";

/** A `fleet` command for the child process. */
export interface Call {
  readonly id: number;
  readonly args: readonly string[];
  /** Its working directory. */
  readonly cwd: string;
  /** Environment variables in addition to those of the tests. */
  readonly env: NodeJS.ProcessEnv;
}

/** The result of a command. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let child: ChildProcess | undefined;
let calls = 0;
const waiting = new Map<number, { resolve: (ended: Ended) => void; reject: (error: Error) => void }>();

/**
 * Runs a `fleet` command with a shell's result, in one process for all tests, because loading the program takes
 * longer than most commands. `program.test.ts` and the engine tests run it as a separate process.
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
    // Neither may keep the test run alive.
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

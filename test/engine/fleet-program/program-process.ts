import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { EngineCommand, Run } from "./engine-commands.ts";
import type { Order } from "./host.ts";

type Answer = Run & { readonly number: number };

/**
 * These tests check only the final state, so it is written once instead of after each resource. A run of the CLI
 * itself writes it every time.
 */
const ENDS_ONLY = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/** The process that runs a stack's program. It starts on the first command. */
export function programProcess(
  folder: string,
  env: Readonly<Record<string, string>>,
  projectName = "kargo-fleet",
) {
  let host: ChildProcess | undefined;
  let orders = 0;
  const start = () =>
    fork(fileURLToPath(new URL("host.ts", import.meta.url)), [projectName], {
      cwd: folder,
      env: { ...process.env, ...env, ...ENDS_ONLY },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
  return {
    /** @throws Error if the process ends before it answers */
    run: (command: EngineCommand) =>
      new Promise<Run>((resolve, reject) => {
        host ??= start();
        const own = host;
        const order: Order = { number: ++orders, command };
        const ended = (code: number | null) => reject(new Error(`the program's process ended with ${code}`));
        const answered = (answer: Answer) => {
          if (answer.number !== order.number) return;
          own.off("exit", ended).off("message", answered);
          resolve(answer);
        };
        own.on("exit", ended).on("message", answered);
        own.send(order);
      }),
    close: async () => {
      if (host === undefined || host.exitCode !== null || host.signalCode !== null) return;
      const gone = once(host, "exit");
      host.disconnect();
      await gone;
    },
  };
}

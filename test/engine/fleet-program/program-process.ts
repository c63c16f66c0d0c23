import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type DynamicProvider, dynamicProvider } from "./dynamic-provider.ts";
import type { EngineCommand, Run } from "./engine-commands.ts";
import type { Order } from "./host.ts";

/** The process in which a stack's program runs. */
export interface ProgramProcess {
  /** @throws Error where the process ends before it answers */
  run(command: EngineCommand): Promise<Run & { readonly events: readonly string[] }>;
  close(): Promise<void>;
}

type Answer = Awaited<ReturnType<ProgramProcess["run"]>> & { readonly number: number };

/**
 * These tests look at how a run ends. The state is then written once, not after each of a hundred resources; a run of the
 * CLI's own writes it all the while.
 */
const ENDS_ONLY = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/**
 * Starts the process with the first command, and the plugin of dynamic resources with it.
 *
 * @param freshProvider whether the engine starts that plugin anew for each command
 */
export function programProcess({
  folder,
  env,
  projectName = "kargo-fleet",
  freshProvider = false,
}: {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly projectName?: string;
  readonly freshProvider?: boolean;
}): ProgramProcess {
  let provider: DynamicProvider | undefined;
  let host: ChildProcess | undefined;
  let orders = 0;
  const started = async () => {
    if (!freshProvider) provider ??= await dynamicProvider(folder, env);
    host ??= fork(fileURLToPath(new URL("host.ts", import.meta.url)), [projectName], {
      cwd: folder,
      env: { ...process.env, ...env, ...ENDS_ONLY, ...(provider && { PATH: provider.path }) },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    return host;
  };
  return {
    run: async (command) => {
      const own = await started();
      return new Promise((resolve, reject) => {
        const order: Order = { number: ++orders, command };
        const ended = (code: number | null) => reject(new Error(`the program's process ended with ${code}`));
        const answered = (answer: Answer) => {
          if (answer.number !== order.number) return;
          own.off("exit", ended).off("message", answered);
          resolve(answer);
        };
        own.on("exit", ended).on("message", answered);
        own.send(order);
      });
    },
    close: async () => {
      await provider?.close();
      if (host === undefined || host.exitCode !== null || host.signalCode !== null) return;
      const gone = once(host, "exit");
      host.disconnect();
      await gone;
    },
  };
}

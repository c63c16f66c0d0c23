import { fleet } from "../program.ts";
import type { Call, Ended } from "./commands.ts";

/* Runs the `fleet` commands that its parent process sends, one after the other. */

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

process.exit = (code) => {
  throw new Exit(Number(code ?? process.exitCode ?? 0));
};

async function run({ args, cwd, env }: Call): Promise<Ended> {
  const before = { ...process.env };
  const said = { stdout: "", stderr: "" };
  const writes = (["stdout", "stderr"] as const).map((name) => {
    const { write } = process[name];
    process[name].write = (text: string | Uint8Array, ...more: unknown[]) => {
      said[name] += typeof text === "string" ? text : Buffer.from(text).toString();
      const done = more.find((each): each is () => void => typeof each === "function");
      done?.();
      return true;
    };
    return () => Object.assign(process[name], { write });
  });
  try {
    process.chdir(cwd);
    Object.assign(process.env, env);
    process.exitCode = undefined;
    await fleet(args);
    return { ...said, exitCode: Number(process.exitCode ?? 0) };
  } catch (error) {
    if (error instanceof Exit) return { ...said, exitCode: error.code };
    return {
      ...said,
      stderr: `${said.stderr}${error instanceof Error ? error.stack : error}\n`,
      exitCode: 1,
    };
  } finally {
    process.exitCode = undefined;
    for (const back of writes) back();
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

let last: Promise<unknown> = Promise.resolve();
process.on("message", (call: Call) => {
  last = last.then(async () => process.send?.({ id: call.id, ...(await run(call)) }));
});

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** The plugin of dynamic resources, loaded once for many runs of the engine. */
export interface DynamicProvider {
  /** A PATH that has first what leads the engine there. */
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Starts the plugin as the engine does, in the program's folder, and puts in its place what tells the engine that it
 * serves: a Node that loads Pulumi for one resource costs more than all else that a small `up` does.
 *
 * @param env what the engine is run with
 */
export async function dynamicProvider(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<DynamicProvider> {
  const script = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/dynamic-provider");
  const plugin = spawn(process.execPath, [script, "127.0.0.1:0"], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await firstLine(plugin);
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  const place = join(bin, "pulumi-resource-pulumi-nodejs");
  // The engine ends it after each command, as it would the plugin.
  await writeFile(place, `#!/bin/sh\necho ${port}\nexec sleep 600\n`);
  await chmod(place, 0o755);
  return {
    path: [bin, env.PATH].join(delimiter),
    close: async () => {
      const gone = once(plugin, "exit");
      if (plugin.kill()) await gone;
    },
  };
}

async function firstLine({ stdout }: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    // What it says later nobody reads, and it must not wait for that.
    stdout.resume();
    return line;
  }
  throw new Error("the plugin of dynamic resources ended before it served");
}

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/**
 * Starts the plugin in the program's folder as the engine does, and replaces it by a script that prints the port.
 * Loading Pulumi in Node for each run would take longer than the rest of a small `up`.
 * @param env the engine's environment
 */
export async function dynamicProvider(folder: string, env: Readonly<Record<string, string>>) {
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
  // The engine ends this script after each command, as it would the plugin.
  await writeFile(place, `#!/bin/sh\necho ${port}\nexec sleep 600\n`);
  await chmod(place, 0o755);
  return {
    /** A PATH whose first folder has a script. The script connects the engine to the plugin. */
    path: [bin, env.PATH].join(delimiter),
    close: async () => {
      const gone = once(plugin, "exit");
      if (plugin.kill()) await gone;
    },
  };
}

async function firstLine({ stdout }: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    // Later output is discarded, so that the plugin never blocks on it.
    stdout.resume();
    return line;
  }
  throw new Error("the plugin of dynamic resources ended before it served");
}

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The message for an old Node. */
export const TOO_OLD =
  /^\s*Node 22\.17\.1 is too old\. Node 22\.\d+ or newer is needed to run TypeScript\. npm ci installs .* on PATH\.$/m;

/** Creates a `node` that claims to be 22.17.1. @returns its folder, for PATH */
export async function oldNode(folder: string): Promise<string> {
  const version = join(folder, "version.cjs");
  await writeFile(version, 'Object.defineProperty(process.versions, "node", { value: "22.17.1" });');
  const script = `#!/bin/sh\nexec '${process.execPath}' -r '${version}' "$@"\n`;
  await writeFile(join(folder, "node"), script, { mode: 0o755 });
  return folder;
}

import { statfs } from "node:fs/promises";
import { ToolchainError } from "./errors.ts";

/** The error for a full disk, with the free space and the largest folders. */
export async function diskFull(cache: string, what: string): Promise<ToolchainError> {
  const free = await statfs(cache).then(
    ({ bavail, bsize }) => ` (${((bavail * bsize) / 1e9).toFixed(1)} GB are free there)`,
    () => "",
  );
  const message = [
    `The disk is full: ${what} could not be built in ${cache}${free}.`,
    "A first build takes about 6 GB, most of it in Go's own caches, and keeps 650 MB of programs.",
    "Make room (`go clean -cache` empties Go's build cache), or point XDG_CACHE_HOME, GOCACHE and GOMODCACHE to a",
    "larger disk, and run again.",
  ];
  return new ToolchainError("disk full", message.join("\n"));
}

import { statfs } from "node:fs/promises";

/** The kinds of toolchain failures, so that callers and tests can distinguish them. */
export type ToolchainProblem =
  | "go missing"
  | "go too old"
  | "setting"
  | "download failed"
  | "checksum mismatch"
  | "disk full"
  | "build failed"
  | "version check failed"
  | "interrupted";

/**
 * An expected failure of the toolchain. Its message says what is wrong, where, and how to fix it. Print it without
 * a stack and exit with {@link exitCode}.
 */
export class ToolchainError extends Error {
  override readonly name = "ToolchainError";
  readonly problem: ToolchainProblem;

  constructor(problem: ToolchainProblem, message: string) {
    super(message);
    this.problem = problem;
  }

  /** 130 after Ctrl-C, as in a shell; else 1. */
  get exitCode(): number {
    return this.problem === "interrupted" ? 130 : 1;
  }
}

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

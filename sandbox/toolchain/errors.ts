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

/** What went wrong while the toolchain was looked for, downloaded or built; tests and callers tell cases apart by it. */
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
 * An expected failure of the toolchain. Its message is complete for a person: what is wrong, where, and the way
 * out. Print it without a stack and end with {@link exitCode}.
 */
export class ToolchainError extends Error {
  override readonly name = "ToolchainError";
  readonly problem: ToolchainProblem;

  constructor(problem: ToolchainProblem, message: string) {
    super(message);
    this.problem = problem;
  }

  /** 130 after Ctrl-C, as a shell has it; else 1. */
  get exitCode(): number {
    return this.problem === "interrupted" ? 130 : 1;
  }
}

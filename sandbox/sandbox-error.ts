/**
 * An expected failure of the sandbox. Its message says what is wrong, where, and how to fix it. Print it without a
 * stack.
 */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
}

/**
 * An expected failure of the sandbox. Its message is complete for a person: what is wrong, where, and the way out.
 * Print it without a stack.
 */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
}

/**
 * An expected failure of a `fleet` command. Its message says what is wrong, where, and how to fix it. It is printed
 * without a stack, with exit code 1.
 */
export class FleetError extends Error {
  override readonly name = "FleetError";
}

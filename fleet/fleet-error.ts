/**
 * An expected failure of a `fleet` command. Its message is complete for a person: what is wrong, where, and the way
 * out. Printed without a stack, with exit code 1.
 */
export class FleetError extends Error {
  override readonly name = "FleetError";
}

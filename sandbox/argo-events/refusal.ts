/**
 * What the evaluator does not do as Argo Events does, or what would keep Argo Events from running at all. It is never
 * an answer to a delivery: whoever gets it knows that nothing was proven. The message is complete for a person.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** Throws a {@link Refusal}: for the many places where an expression is expected. */
export function refuse(message: string): never {
  throw new Refusal(message);
}

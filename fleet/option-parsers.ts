import { InvalidArgumentError } from "commander";
import { userProblem } from "../model/subjects.ts";

/**
 * A parser of an option's number.
 * @param rule ends the sentence `It must be …`
 */
export function numberThat(is: (number: number) => boolean, rule: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (is(number)) return number;
    throw new InvalidArgumentError(`It must be ${rule}.`);
  };
}

/** A whole number, 1 or more. */
export const count = numberThat(
  (number) => Number.isInteger(number) && number >= 1,
  "a whole number, 1 or more",
);

/** The name of a person or a program on the API server. */
export function userName(name: string): string {
  const problem = userProblem(name);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return name;
}

import type { Catalogue } from "./catalogue.ts";
import { listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import type { Plan } from "./plan.ts";
import type { ProblemCode } from "./problem-codes.ts";
import { PROJECT, type StackConfig } from "./stack-config.ts";

/** A stack whose own files are valid. */
export interface PlannedStack {
  readonly name: string;
  readonly plan: Plan;
  readonly catalogue: Catalogue;
  readonly config: StackConfig;
  /** The stack file, for positions. */
  readonly document: SourceDocument;
}

/** A list of the stack files' names. */
export function files(stacks: readonly PlannedStack[]): string {
  return listed(stacks.map(({ document }) => document.file));
}

/** A problem at a key of a stack's config; the key has no prefix. */
export function stackProblem(
  code: ProblemCode,
  { document }: PlannedStack,
  [key = "", ...rest]: readonly string[],
  message: string,
  fix: string,
): Problem {
  return problem(code, document, ["config", `${PROJECT}:${key}`, ...rest], message, fix);
}

/** `1 service`, `2 services`. */
export function counted(count: number, thing: string): string {
  return count === 1 ? `1 ${thing}` : `${count} ${thing}s`;
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}

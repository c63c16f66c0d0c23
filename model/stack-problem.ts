import type { Catalogue } from "./catalogue.ts";
import { type DocumentPath, didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import type { Plan } from "./plan.ts";
import type { ProblemCode } from "./problem-codes.ts";
import type { StackConfig } from "./stack-config.ts";
import { PROJECT } from "./stack-file.ts";

/** The two sources of a stack, both valid in themselves. */
export interface Sources {
  readonly catalogue: Catalogue;
  readonly config: StackConfig;
  /** The catalogue's document, for positions. */
  readonly services: SourceDocument;
  /** The stack file, for positions. */
  readonly stack: SourceDocument;
}

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
  stack: SourceDocument,
  [key, ...rest]: DocumentPath,
  message: string,
  fix: string,
  part?: "key",
): Problem {
  return problem(code, stack, ["config", `${PROJECT}:${key}`, ...rest], message, fix, part);
}

/** Names in a list of a stack's config that no service has. */
export function unknownServices(
  names: readonly string[],
  path: DocumentPath,
  { catalogue, stack }: Sources,
): Problem[] {
  const services = Object.keys(catalogue.services);
  return names.flatMap((name, index) => {
    if (services.includes(name)) return [];
    const message = `${JSON.stringify(name)} is not a service of the catalogue.`;
    const fix = didYouMean(name, services) ?? "Remove it, or add the service to the catalogue.";
    return stackProblem("KF016", stack, [...path, index], message, fix);
  });
}

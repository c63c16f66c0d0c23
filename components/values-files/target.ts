import type { Plan } from "../../model/plan.ts";

/** The place of the values files. */
export interface Target {
  /** `owner/name`. */
  readonly repository: string;
  readonly branch: string;
  /** The web address of GitHub. */
  readonly url: string;
}

/**
 * The place of a stack's values files. All services of a stack share one repository. Without services, repository
 * and branch are empty.
 */
export function targetOf({ github: { url }, services: [any] }: Pick<Plan, "github" | "services">): Target {
  const repository = any ? repositoryOf(any.gitops.repoURL, url) : "";
  return { repository, branch: any?.gitops.branch ?? "", url };
}

/** Extracts `owner/name` from a clone URL. */
export function repositoryOf(repoURL: string, url: string): string {
  return repoURL.slice(`${url}/`.length, -".git".length);
}

/** Why the values files could not be written, with a fix; it contains no secret. */
export class SeedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SeedError";
    // Pulumi prints the stack of errors, and ours helps nobody.
    this.stack = message;
  }
}

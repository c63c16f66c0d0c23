import type { Plan } from "../../model/plan.ts";

/** Where the values files go. */
export interface Target {
  /** `owner/name`. */
  readonly repository: string;
  readonly branch: string;
  /** The web address of GitHub. */
  readonly url: string;
}

/** Where the values files of a stack go: all its services share one repository. Without services, nowhere. */
export function targetOf({ github: { url }, services: [any] }: Pick<Plan, "github" | "services">): Target {
  const repository = any ? repositoryOf(any.gitops.repoURL, url) : "";
  return { repository, branch: any?.gitops.branch ?? "", url };
}

/** `owner/name` of the address that Git clones from. */
export function repositoryOf(repoURL: string, url: string): string {
  return repoURL.slice(`${url}/`.length, -".git".length);
}

/** Why the values files could not be written, in a person's words, with the way out; it holds no secret. */
export class SeedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SeedError";
    // It is shown where stack traces are shown too, and ours helps nobody.
    this.stack = message;
  }
}

import type { Plan } from "../../../model/plan.ts";
import { PROJECT } from "../../../model/stack-file.ts";
import { GITHUB_APP_KEY } from "../../../model/stack-secrets.ts";

/** A GitHub App that an organization installed. */
export interface GitHubApp {
  readonly clientId: string;
  readonly installationId: string;
  /** PEM. */
  readonly privateKey: string;
}

/** The identity of GitHub calls: a token, or an App, which requests tokens that are valid for an hour. */
export type GitHubAuth = string | GitHubApp;

/** The error without an identity. */
export const NO_IDENTITY =
  "There is no token for GitHub. Run pulumi config set --secret github:token, or set GITHUB_TOKEN.";

/**
 * The identity of a stack's GitHub calls: its App, else its token, else GITHUB_TOKEN.
 * @param config returns the value of a config key, including secrets
 */
export function authOf(
  { app }: Pick<Plan["github"], "app">,
  config: (key: string) => string | undefined,
): GitHubAuth | undefined {
  if (app === undefined) return config("github:token") || process.env.GITHUB_TOKEN || undefined;
  const privateKey = config(`${PROJECT}:${GITHUB_APP_KEY}`);
  return privateKey ? { ...app, privateKey } : undefined;
}

import type { Plan } from "../../model/plan.ts";
import { GITHUB_APP_KEY, PROJECT } from "../../model/stack-config.ts";

/** A GitHub App, as one organization installed it. */
export interface GitHubApp {
  readonly clientId: string;
  readonly installationId: string;
  /** In PEM. */
  readonly privateKey: string;
}

/** Who calls GitHub: a token, or an App, which gets a token for an hour whenever it needs one. */
export type GitHubAuth = string | GitHubApp;

/**
 * Whom a stack calls GitHub as: the App that it names, else its token, else GITHUB_TOKEN.
 *
 * @param config the text of a key of the stack's config, secrets too
 */
export function authOf(
  { app }: Pick<Plan["github"], "app">,
  config: (key: string) => string | undefined,
): GitHubAuth | undefined {
  if (app === undefined) return config("github:token") || process.env.GITHUB_TOKEN || undefined;
  const privateKey = config(`${PROJECT}:${GITHUB_APP_KEY}`);
  return privateKey ? { ...app, privateKey } : undefined;
}

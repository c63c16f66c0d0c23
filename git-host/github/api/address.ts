import { GITHUB_URL, githubApi } from "../../../model/web-address.ts";

/**
 * The address of the REST API by the GitHub provider's rules, so that both use the same GitHub. `baseUrl` is the
 * web address of GitHub Enterprise, or else GITHUB_BASE_URL. A server other than github.com and ghe.com has its API
 * below /api/v3.
 * @param url the web address of GitHub, from the plan
 * @see https://registry.terraform.io/providers/integrations/github/latest/docs#argument-reference
 */
export function apiAddress(url: string, environment: NodeJS.ProcessEnv): string {
  const base = new URL(url === GITHUB_URL ? environment.GITHUB_BASE_URL || GITHUB_URL : url);
  return githubApi(base);
}

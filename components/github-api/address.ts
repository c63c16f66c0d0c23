import { GITHUB_URL } from "../../model/web-address.ts";

/**
 * The address of the REST API by the GitHub provider's rules, so that both use the same GitHub. `baseUrl` is the
 * web address of GitHub Enterprise, or else GITHUB_BASE_URL. A server other than github.com and ghe.com has its API
 * below /api/v3.
 * @param url the web address of GitHub, from the plan
 * @see https://registry.terraform.io/providers/integrations/github/latest/docs#argument-reference
 */
export function apiAddress(url: string, environment: NodeJS.ProcessEnv): string {
  const base = new URL(url === GITHUB_URL ? environment.GITHUB_BASE_URL || GITHUB_URL : url);
  if (base.hostname === "github.com" || base.hostname === "api.github.com") return "https://api.github.com";
  if (base.hostname.endsWith(".ghe.com")) return `https://api.${base.hostname.replace(/^api\./, "")}`;
  return `${base.origin}${base.pathname.replace(/(\/api\/v3)?\/*$/, "")}/api/v3`;
}

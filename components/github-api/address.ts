import { GITHUB_URL } from "../../model/web-address.ts";

/**
 * The address of the REST API, by the rules of the GitHub provider, so that both always speak to the same GitHub: its
 * `baseUrl` is the web address of GitHub Enterprise, without one it reads GITHUB_BASE_URL, and a server that is
 * neither github.com nor ghe.com has its API below /api/v3.
 *
 * @param url the web address of GitHub, from the plan
 * @see https://registry.terraform.io/providers/integrations/github/latest/docs#argument-reference
 */
export function apiAddress(url: string, environment: NodeJS.ProcessEnv): string {
  const base = new URL(url === GITHUB_URL ? environment.GITHUB_BASE_URL || GITHUB_URL : url);
  if (base.hostname === "github.com" || base.hostname === "api.github.com") return "https://api.github.com";
  if (base.hostname.endsWith(".ghe.com")) return `https://api.${base.hostname.replace(/^api\./, "")}`;
  return `${base.origin}${base.pathname.replace(/(\/api\/v3)?\/*$/, "")}/api/v3`;
}

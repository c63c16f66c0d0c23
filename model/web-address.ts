import { ruled } from "./patterns.ts";

/** Letters, digits and characters without a special meaning in URLs, routes, templates and expressions. */
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])$/;
const PATH = /^(\/(?!\.{1,2}(\/|$))[\w.~-]+)*$/;

/**
 * Why a text is no https address with an optional path. The message does not repeat the text, which may contain a
 * token.
 */
function addressProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url?.protocol !== "https:") return "must be an https address";
  if (url.username !== "" || url.password !== "" || text.includes("@"))
    return "must carry no user, password or token: credentials have keys of their own";
  if (/[?#]/.test(text)) return "must have neither a query nor a fragment";
  if (text.endsWith("/")) return "must not end in a slash";
  if (!HOST.test(url.hostname)) return 'may have letters, digits, "-", "_" and "." in its host, nothing else';
  const path = url.pathname.replace(/^\/$/, "");
  if (!PATH.test(path)) return 'may have letters, digits, "-", "_", "." and "~" in its path, nothing else';
  const normal = `${url.origin}${path}`;
  return text === normal ? undefined : `must be in its normal form: ${normal}`;
}

/** An https address without a trailing slash, so that a path can be appended. */
export const webAddress = ruled(addressProblem);

/** GitHub's own web address. */
export const GITHUB_URL = "https://github.com";

/** The web address of GitHub. It has no path, because the API's address and clone URLs are derived from it. */
export const githubAddress = ruled((text) => {
  const problem = addressProblem(text);
  if (problem !== undefined) return problem;
  const { hostname, pathname } = new URL(text);
  if (pathname !== "/") return "must be the web address, without a path such as /api/v3";
  const other = /^(api|www)\.((?:.+\.ghe|github)\.com)$/.exec(hostname)?.[2];
  return other === undefined ? undefined : `must be the web address: https://${other}`;
});

/** The address of GitHub's REST API. A server other than github.com and ghe.com has it below /api/v3. */
export function githubApi(base: URL): string {
  if (base.hostname === "github.com" || base.hostname === "api.github.com") return "https://api.github.com";
  if (base.hostname.endsWith(".ghe.com")) return `https://api.${base.hostname.replace(/^api\./, "")}`;
  return `${base.origin}${base.pathname.replace(/(\/api\/v3)?\/*$/, "")}/api/v3`;
}

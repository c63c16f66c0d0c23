import { EnvHttpProxyAgent, fetch as fetchBy } from "undici";

/** Local addresses bypass the proxy, as in Go's http.ProxyFromEnvironment, which the GitHub provider uses. */
const HERE = ["localhost", "127.0.0.1", "::1"];

/**
 * A `fetch` that uses the proxy of HTTPS_PROXY, HTTP_PROXY and NO_PROXY, which Node's own ignores.
 * @returns undefined if the environment names no proxy
 */
export function proxiedFetch(environment: NodeJS.ProcessEnv): typeof fetchBy | undefined {
  const named = (name: string) => environment[name.toLowerCase()] || environment[name];
  const [httpProxy, httpsProxy, none] = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].map(named);
  if (!httpProxy && !httpsProxy) return undefined;
  const dispatcher = new EnvHttpProxyAgent({
    ...(httpProxy && { httpProxy }),
    ...(httpsProxy && { httpsProxy }),
    noProxy: none === "*" ? none : [none, ...HERE].filter(Boolean).join(","),
  });
  return (url, options) => fetchBy(url, { ...options, dispatcher });
}

import { EnvHttpProxyAgent, fetch as fetchBy } from "undici";

/** What is on this machine is reached without a proxy, as Go's http.ProxyFromEnvironment does for the GitHub provider. */
const HERE = ["localhost", "127.0.0.1", "::1"];

/**
 * A `fetch` that goes through the proxy of HTTPS_PROXY, HTTP_PROXY and NO_PROXY, which Node's own does not look at.
 *
 * @returns nothing where the environment names no proxy
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

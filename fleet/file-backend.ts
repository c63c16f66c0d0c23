import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The URL of a backend.
 * @param whoami the output of `pulumi whoami --json`
 * @returns undefined if the output has none
 */
export function backendUrl(whoami: string): string | undefined {
  try {
    const { url } = JSON.parse(whoami) as { readonly url?: unknown };
    return typeof url === "string" ? url : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The folder of a file backend.
 * @param backend its {@link backendUrl}
 * @returns undefined if the backend keeps no files on this machine
 * @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
 */
export function backendFolder(backend: string): string | undefined {
  if (!backend.startsWith("file://")) return undefined;
  const path = backend.slice("file://".length).replace(/\?.*$/s, "").replace(/^~/, homedir());
  return join(resolve(decodeURIComponent(path)), ".pulumi");
}

import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * Where a backend of files keeps all it has.
 *
 * @param backend its URL, as `pulumi whoami` says it
 * @returns nothing where the backend keeps no files on this machine
 * @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
 */
export function backendFolder(backend: string): string | undefined {
  if (!backend.startsWith("file://")) return undefined;
  const path = backend.slice("file://".length).replace(/\?.*$/s, "").replace(/^~/, homedir());
  return join(resolve(decodeURIComponent(path)), ".pulumi");
}

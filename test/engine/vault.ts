import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/**
 * The secrets provider of tests for which it does not matter. Deriving a key from a passphrase takes longer than
 * the rest of a small CLI command.
 */
export const SECRETS_PROVIDER = "hashivault://test";

const TOKEN = "planted-vault-token";
const MARK = "vault:v1:";

let environment: Promise<Record<string, string>> | undefined;

/** The variables with which the CLI finds the Vault of this process, which starts on first use. */
export function vaultEnvironment(): Promise<Record<string, string>> {
  environment ??= startVault().then((address) => ({ VAULT_ADDR: address, VAULT_TOKEN: TOKEN }));
  return environment;
}

/**
 * Implements the two calls of Vault's transit engine that wrap and unwrap a stack's key. It does not encrypt.
 * @see https://developer.hashicorp.com/vault/api-docs/secret/transit
 */
async function startVault(): Promise<string> {
  const server = createServer(async (request, response) => {
    const { plaintext = "", ciphertext = "" } = (await json(request)) as Record<string, string>;
    const known = request.headers["x-vault-token"] === TOKEN;
    const data = /^\/v1\/transit\/encrypt\//.test(request.url ?? "")
      ? { ciphertext: `${MARK}${plaintext}` }
      : { plaintext: ciphertext.slice(MARK.length) };
    response.writeHead(known ? 200 : 403, { "content-type": "application/json" });
    response.end(JSON.stringify(known ? { data } : { errors: ["permission denied"] }));
  });
  // On a busy machine the CLI may send a call just when Node closes an idle connection, and does not repeat it.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

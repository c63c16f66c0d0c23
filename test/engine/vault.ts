import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/**
 * The secrets provider of stacks whose provider does not matter: to derive a key from a passphrase takes longer than all
 * else that a small command of the CLI does.
 */
export const SECRETS_PROVIDER = "hashivault://test";

const TOKEN = "planted-vault-token";
const MARK = "vault:v1:";

let environment: Promise<Record<string, string>> | undefined;

/** What the CLI needs to find the Vault of this process, which is started on first use and ends with it. */
export function vaultEnvironment(): Promise<Record<string, string>> {
  environment ??= startVault().then((address) => ({ VAULT_ADDR: address, VAULT_TOKEN: TOKEN }));
  return environment;
}

/**
 * The two calls of Vault's transit engine that wrap a stack's own key, and unwrap it. It hides nothing.
 *
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
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

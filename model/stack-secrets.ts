import { CREDENTIAL_SECRETS } from "./credentials.ts";
import { type Problem, problem } from "./diagnostics.ts";
import { isRecord, type SourceDocument } from "./documents.ts";
import type { ProblemCode } from "./problem-codes.ts";
import { configOf, PROJECT } from "./stack-file.ts";

/** The key of the secret that belongs to `github.app`: the App's private key. */
export const GITHUB_APP_KEY = "githubAppPrivateKey";

/** The keys of secrets. They reach the components as secret Outputs and never enter the Plan. */
export const SECRET_KEYS: readonly string[] = ["webhookMasterSecret", GITHUB_APP_KEY, ...CREDENTIAL_SECRETS];

/** Keys of other namespaces that the program passes on to its providers. */
export const TOKEN = "github:token";
export const PASSED_ON: readonly string[] = [TOKEN];

/** Whether a key of the engine's config holds a secret. */
export function isSecretKey(key: string): boolean {
  return PASSED_ON.includes(key) || SECRET_KEYS.some((own) => key === `${PROJECT}:${own}`);
}

/**
 * Problems of secrets: in a stack file a secret is `{ secure: … }`; anything else is readable by everybody.
 * @param values the keys that are set
 * @param wanted the keys of the secrets that the stack needs
 */
export function openSecrets(
  values: Readonly<Record<string, unknown>>,
  document: SourceDocument,
  wanted: readonly string[],
): Problem[] {
  const secrets = [...SECRET_KEYS.map((key) => `${PROJECT}:${key}`), ...PASSED_ON];
  const written = configOf(document);
  const at = (code: ProblemCode, key: string, message: string, fix: string) =>
    problem(code, document, ["config", key], message, fix);
  const missing = wanted
    .map((key) => `${PROJECT}:${key}`)
    .filter((key) => !(key in values))
    .map((key) =>
      at("KF030", key, "is missing; a secret is required.", `Run: pulumi config set --secret ${key}`),
    );
  const open = secrets
    .filter((key) => key in written && !isSecure(written[key]))
    .map((key) => {
      const fix = `Change the secret, then run: pulumi config set --secret ${key}`;
      return at("KF031", key, "must be a secret, but is plain text.", fix);
    });
  const needless = Object.keys(written)
    .filter((key) => key.startsWith(`${PROJECT}:`) && !secrets.includes(key) && holdsSecret(written[key]))
    .map((key) =>
      at("KF032", key, "is not a secret: it ends up in names and manifests.", "Write it as plain text."),
    );
  return [...missing, ...open, ...needless];
}

/** The engine treats a map with the single key `secure` as a secret anywhere; with other keys it is data. */
export function isSecure(value: unknown): boolean {
  return isRecord(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
}

/** Whether a value contains a secret for the engine. */
export function holdsSecret(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  return isSecure(value) || Object.values(value).some(holdsSecret);
}

import { generateKeyPairSync } from "node:crypto";
import type { GitHubApp } from "../components/github-api/auth.ts";
import type { InstalledApp } from "../sandbox/github/installed-app.ts";

/** A GitHub App, as its caller and as the local GitHub know it. */
export interface App {
  readonly auth: GitHubApp;
  readonly installed: InstalledApp;
}

/** An App with a key of its own, in the form in which GitHub hands keys out. */
export function newApp(): App {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const names = { clientId: "Iv1.0123456789abcdef", installationId: "42" };
  return { auth: { ...names, privateKey }, installed: { ...names, publicKey } };
}

import { generateKeyPairSync } from "node:crypto";
import type { GitHubApp } from "../git-host/github/api/auth.ts";
import type { InstalledApp } from "../sandbox/github/installed-app.ts";

/** A GitHub App, for its caller and for the local GitHub. */
export interface App {
  readonly auth: GitHubApp;
  readonly installed: InstalledApp;
}

/** Creates an App with its own key, in GitHub's form. */
export function newApp(): App {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const names = { clientId: "Iv1.0123456789abcdef", installationId: "42" };
  return { auth: { ...names, privateKey }, installed: { ...names, publicKey } };
}

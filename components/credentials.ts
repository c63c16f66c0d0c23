import type * as pulumi from "@pulumi/pulumi";
import { credentialSecret } from "../manifests/credentials.ts";
import type { CredentialPlan, CredentialSecret } from "../model/credentials.ts";
import { filledSecret } from "./filled-secret.ts";

/** The stack's secrets by their config key; only those that the credentials want. */
export type StackSecrets = Readonly<Partial<Record<CredentialSecret, pulumi.Output<string>>>>;

/** The Secrets that Kargo opens the GitOps repository and the registry with. */
export function sharedCredentials(
  credentials: readonly CredentialPlan[],
  secrets: StackSecrets,
  opts: pulumi.CustomResourceOptions,
  named: (role: string) => string,
): void {
  for (const plan of credentials) {
    const manifest = credentialSecret(plan);
    const value = secrets[plan.secret.from];
    if (value === undefined)
      throw new Error(`no secret ${plan.secret.from}: the stack's config is checked for it`);
    const data = { ...manifest.stringData, [plan.secret.key]: value };
    filledSecret(named(`credential-${plan.type}`), manifest.metadata, data, opts);
  }
}

import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { SecretValue } from "../manifests/inventory/row.ts";
import type { CredentialSecret } from "../model/credentials.ts";

/** The stack's secrets by their config key; only those that the credentials want. */
export type StackSecrets = Readonly<Partial<Record<CredentialSecret, pulumi.Output<string>>>>;

/** Where the secret values of rows come from. */
export interface SecretSources {
  /** The stack's master secret, from which each hook's own secret is derived. */
  readonly webhookMasterSecret: pulumi.Input<string>;
  /**
   * The secrets that Kargo's credentials name.
   * @default none
   */
  readonly secrets?: StackSecrets | undefined;
}

/** The value itself, as the engine's secret. */
export function secretValue(
  value: SecretValue,
  { secrets = {}, webhookMasterSecret }: SecretSources,
): pulumi.Output<string> {
  if ("purpose" in value) {
    const { purpose, as = (derived: string) => derived } = value;
    return derivedSecret(webhookMasterSecret, purpose).apply(as);
  }
  const found = secrets[value.config];
  if (found === undefined) throw new Error(`no secret ${value.config}: the stack's config is checked for it`);
  return found;
}

/** A secret that nobody can guess without the master and anybody with it can compute again. */
export function derivedSecret(master: pulumi.Input<string>, purpose: string): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.output(master).apply((key) => createHmac("sha256", key).update(purpose).digest("hex")),
  );
}

/** Not a secret: it says only whether the master changed, to those that read what is derived from it. */
export function rotationOf({ webhookMasterSecret }: SecretSources): pulumi.Output<string> {
  return pulumi.unsecret(derivedSecret(webhookMasterSecret, "rotation")).apply((text) => text.slice(0, 16));
}

import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { SecretValue } from "../manifests/inventory/row.ts";
import type { CredentialSecret } from "../model/credentials.ts";

/** The stack's secrets by config key; only those that the credentials need. */
export type StackSecrets = Readonly<Partial<Record<CredentialSecret, pulumi.Output<string>>>>;

/** The sources of secret values. */
export interface SecretSources {
  /** The stack's master secret, from which each hook's secret is derived. */
  readonly webhookMasterSecret: pulumi.Input<string>;
  /**
   * The secrets of Kargo's credentials.
   * @default none
   */
  readonly secrets?: StackSecrets | undefined;
}

/** The value as a secret Output. */
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

/** A secret that can only be computed from the master secret. */
export function derivedSecret(master: pulumi.Input<string>, purpose: string): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.output(master).apply((key) => createHmac("sha256", key).update(purpose).digest("hex")),
  );
}

/** Not a secret: a text that changes with the master secret, for objects whose readers must notice a rotation. */
export function rotationOf({ webhookMasterSecret }: SecretSources): pulumi.Output<string> {
  return pulumi.unsecret(derivedSecret(webhookMasterSecret, "rotation")).apply((text) => text.slice(0, 16));
}

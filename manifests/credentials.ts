import type { CredentialPlan } from "../model/credentials.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

/** Where Kargo looks after the project's own namespace. Not replicated: its admins could read it there. */
export const SHARED_NAMESPACE = "kargo-shared-resources";

/** A Secret of Kargo's without its secret part, which the component adds as a secret Output. */
export interface CredentialSecret extends KubernetesObject {
  readonly apiVersion: "v1";
  readonly kind: "Secret";
  readonly type: "Opaque";
  readonly stringData: Readonly<Record<string, string>>;
}

/** The form that Kargo's credentials lookup wants: a label for the type, `repoURL` for what it opens. */
export function credentialSecret({
  name,
  type,
  repoURL,
  repoURLIsRegex,
  plain,
}: CredentialPlan): CredentialSecret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      namespace: SHARED_NAMESPACE,
      labels: { ...MANAGED_BY, "kargo.akuity.io/cred-type": type },
    },
    type: "Opaque",
    stringData: { repoURL, ...(repoURLIsRegex && { repoURLIsRegex: "true" }), ...plain },
  };
}

import type { V1Secret } from "@kubernetes/client-node";
import type { CredentialPlan } from "../model/credentials.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

/**
 * The namespace that Kargo searches after the project's own. Its Secrets are not replicated, because a project's
 * admins could read a copy.
 */
const SHARED_NAMESPACE = "kargo-shared-resources";

/**
 * A Secret in the form of Kargo's credentials lookup: a label for the type, `repoURL` for its scope. The component adds
 * the secret value.
 */
export function credentialSecret({ name, type, repoURL, repoURLIsRegex, plain }: CredentialPlan) {
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
  } satisfies KubernetesObject & V1Secret;
}

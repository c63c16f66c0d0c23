import kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { resourceName } from "../model/names.ts";

const ADMISSION = "admissionregistration.k8s.io/v1";
/** The guards that a program before this one made itself. */
const NAMES = ["kargo-fleet-guard", "kargo-fleet-status", "kargo-fleet-approval", "kargo-fleet-build-jobs"];

/**
 * Hands the guards over to the administrator, in the first `up` after a program that made them itself: as they are, so that
 * the API server is not asked, and so that the engine forgets them in the next `up` instead of deleting them.
 */
export function formerGuards(owner: string, opts: pulumi.CustomResourceOptions): void {
  const kept = {
    ...opts,
    protect: false,
    retainOnDelete: true,
    ignoreChanges: ["apiVersion", "kind", "metadata", "spec"],
  };
  const guard = (role: string, kind: string, name: string) =>
    new kubernetes.apiextensions.CustomResource(
      resourceName(owner, `${role}-${name}`),
      { apiVersion: ADMISSION, kind, metadata: { name, labels: {} } },
      kept,
    );
  for (const name of NAMES) {
    guard("policy", "ValidatingAdmissionPolicy", name);
    guard("policy-binding", "ValidatingAdmissionPolicyBinding", name);
  }
}

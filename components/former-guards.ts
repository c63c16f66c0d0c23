import type * as pulumi from "@pulumi/pulumi";
import { customObject } from "./kubernetes-object.ts";

const ADMISSION = "admissionregistration.k8s.io/v1";
/** The guards that a program before this one made itself. */
const NAMES = ["kargo-fleet-guard", "kargo-fleet-status", "kargo-fleet-approval", "kargo-fleet-build-jobs"];

/**
 * Hands the guards over to the administrator, in the first `up` after a program that made them itself: as they are, so that
 * the API server is not asked, and so that the engine forgets them in the next `up` instead of deleting them.
 */
export function formerGuards(opts: pulumi.CustomResourceOptions, named: (role: string) => string): void {
  const kept = {
    ...opts,
    protect: false,
    retainOnDelete: true,
    ignoreChanges: ["apiVersion", "kind", "metadata", "spec"],
  };
  for (const name of NAMES) {
    const manifest = (kind: string) => ({ apiVersion: ADMISSION, kind, metadata: { name, labels: {} } });
    customObject(named(`policy-${name}`), manifest("ValidatingAdmissionPolicy"), kept);
    customObject(named(`policy-binding-${name}`), manifest("ValidatingAdmissionPolicyBinding"), kept);
  }
}

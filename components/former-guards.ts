import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import { resourceName } from "../model/names.ts";

const ADMISSION = "admissionregistration.k8s.io/v1";
/** The guards that an earlier version of the program created. */
const NAMES = ["kargo-fleet-guard", "kargo-fleet-status", "kargo-fleet-approval", "kargo-fleet-build-jobs"];

/**
 * Hands the guards over to the administrator in the first `up` after an earlier version: registers them unchanged,
 * so that the API server is not called, and retained, so that the next `up` drops them from the state instead of
 * deleting them.
 */
export function formerGuards(owner: string, opts: pulumi.CustomResourceOptions): void {
  const kept = {
    ...opts,
    protect: false,
    retainOnDelete: true,
    ignoreChanges: ["apiVersion", "kind", "metadata", "spec"],
  };
  const guard = (role: string, kind: string, name: string) =>
    new CustomResource(
      resourceName(owner, `${role}-${name}`),
      { apiVersion: ADMISSION, kind, metadata: { name, labels: {} } },
      kept,
    );
  for (const name of NAMES) {
    guard("policy", "ValidatingAdmissionPolicy", name);
    guard("policy-binding", "ValidatingAdmissionPolicyBinding", name);
  }
}

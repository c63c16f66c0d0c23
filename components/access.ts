import kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { grants, kargoUsersBinding, teamServiceAccount } from "../manifests/access.ts";
import type { PlatformPlan, ServicePlan } from "../model/plan.ts";
import { customObject } from "./kubernetes-object.ts";
import type { Parts } from "./parts.ts";

/** What a service's team and approvers may do, in its namespace and nowhere else. */
export function serviceAccess(service: ServicePlan, parts: Parts, namespace: pulumi.Resource[]): void {
  for (const { role, binding } of grants(service)) {
    const actor = role.metadata.name.replace("kargo-fleet-", "");
    const granted = parts.object(`role-${actor}`, role, { after: namespace });
    // Kubernetes refuses a binding to a role that is not there.
    parts.object(`role-binding-${actor}`, binding, { after: granted });
  }
}

/** The teams as Kargo's UI and CLI see them. */
export function teamAccounts(
  { subjects }: PlatformPlan,
  opts: pulumi.CustomResourceOptions,
  named: (role: string) => string,
): void {
  for (const subject of subjects) {
    const name = named(`service-account-${subject.serviceAccount}`);
    new kubernetes.core.v1.ServiceAccount(name, { ...teamServiceAccount(subject) }, opts);
  }
  customObject(named("kargo-users"), kargoUsersBinding(subjects), opts);
}

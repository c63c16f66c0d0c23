import kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { grants, kargoUsersBinding, teamServiceAccount } from "../manifests/access.ts";
import { resourceName } from "../model/names.ts";
import type { PlatformPlan, ServicePlan } from "../model/plan.ts";
import { customObject } from "./kubernetes-object.ts";

/** What a service's team and approvers may do, in its namespace and nowhere else. */
export function serviceAccess(
  service: ServicePlan,
  opts: pulumi.CustomResourceOptions,
  namespace: pulumi.Resource,
): void {
  for (const { role, binding } of grants(service)) {
    const actor = role.metadata.name.replace("kargo-fleet-", "");
    const granted = customObject(resourceName(service.name, `role-${actor}`), role, {
      ...opts,
      dependsOn: [namespace],
    });
    // Kubernetes refuses a binding to a role that is not there.
    customObject(resourceName(service.name, `role-binding-${actor}`), binding, {
      ...opts,
      dependsOn: [granted],
    });
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

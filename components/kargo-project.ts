import kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { project, projectConfig, projectNamespace, stage, warehouse } from "../manifests/kargo.ts";
import { resourceName } from "../model/names.ts";
import type { ServicePlan } from "../model/plan.ts";
import { type CustomObject, customObject } from "./kubernetes-object.ts";
import { leaving } from "./leaving.ts";

/** A service's Kargo Project and what lives in its namespace. */
export interface KargoProjectResources {
  readonly namespace: kubernetes.core.v1.Namespace;
  readonly project: CustomObject;
}

/**
 * Registers the namespace first and the Project after it: made at once, Kargo refuses the Project now and then. What
 * is in the namespace follows the Project, so that a destroy takes it away before Kargo takes the namespace.
 */
export function kargoProject(
  service: ServicePlan,
  opts: pulumi.CustomResourceOptions,
  promotionTasks: readonly pulumi.Resource[],
): KargoProjectResources {
  const named = (role: string) => resourceName(service.name, role);
  const after = (...dependsOn: pulumi.Resource[]) => ({ ...opts, dependsOn });

  const namespace = new kubernetes.core.v1.Namespace(named("namespace"), projectNamespace(service), opts);
  const kargo = customObject(named("project"), project(service), after(namespace));
  const config = customObject(named("project-config"), projectConfig(service), after(kargo));
  const images = customObject(named("warehouse"), warehouse(service), after(kargo));
  for (const plan of service.stages) {
    customObject(
      named(`stage-${plan.name}`),
      stage(service, plan),
      leaving(plan.state === "retired", after(config, images, ...promotionTasks)),
    );
  }
  return { namespace, project: kargo };
}

import type * as pulumi from "@pulumi/pulumi";
import { project, projectConfig, projectNamespace, stage, warehouse } from "../manifests/kargo.ts";
import type { ServicePlan } from "../model/plan.ts";
import type { Parts } from "./parts.ts";

/**
 * Registers a service's Kargo Project and what lives in its namespace. The namespace comes first and the Project after it:
 * made at once, Kargo refuses the Project now and then. What is in the namespace follows the Project, so that a destroy takes
 * it away before Kargo takes the namespace.
 *
 * @returns the namespace
 */
export function kargoProject(
  service: ServicePlan,
  parts: Parts,
  promotionTasks: readonly pulumi.Resource[],
): pulumi.Resource[] {
  const namespace = parts.object("namespace", projectNamespace(service));
  const kargo = parts.object("project", project(service), { after: namespace });
  const config = parts.object("project-config", projectConfig(service), { after: kargo });
  const images = parts.object("warehouse", warehouse(service), { after: kargo });
  const after = [...config, ...images, ...promotionTasks];
  for (const plan of service.stages) {
    const leaves = plan.state === "retired";
    parts.object(`stage-${plan.name}`, stage(service, plan), { after, leaves });
  }
  return namespace;
}

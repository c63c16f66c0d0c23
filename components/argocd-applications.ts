import type * as pulumi from "@pulumi/pulumi";
import { application, appProject } from "../manifests/argo-cd.ts";
import { deployingStages, type ServicePlan } from "../model/plan.ts";
import type { Parts } from "./parts.ts";

/**
 * Registers a service's AppProject and its Applications, one a Stage.
 *
 * @param valuesFiles waits for the values files, and gives them where they could not be written
 */
export function argoCdApplications(
  service: ServicePlan,
  parts: Parts,
  valuesFiles: Promise<readonly pulumi.Resource[]>,
): void {
  const owner = parts.object("app-project", appProject(service));
  const after = valuesFiles.then((files) => [...owner, ...files]);
  for (const stage of deployingStages(service)) {
    const options = { after, leaves: stage.state === "retired" };
    parts.object(`application-${stage.name}`, application(service, stage), options);
  }
}

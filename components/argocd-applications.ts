import type * as pulumi from "@pulumi/pulumi";
import { application, appProject } from "../manifests/argo-cd.ts";
import { resourceName } from "../model/names.ts";
import { deployingStages, type ServicePlan } from "../model/plan.ts";
import { type CustomObject, customObject } from "./kubernetes-object.ts";
import { leaving } from "./leaving.ts";

/** A service's AppProject and its Applications, one a Stage. */
export interface ArgoCdResources {
  readonly appProject: CustomObject;
  readonly applications: readonly CustomObject[];
}

export function argoCdApplications(
  service: ServicePlan,
  opts: pulumi.CustomResourceOptions,
  valuesFiles: readonly pulumi.Resource[],
): ArgoCdResources {
  const named = (role: string) => resourceName(service.name, role);
  const owner = customObject(named("app-project"), appProject(service), opts);
  const applications = deployingStages(service).map((stage) =>
    customObject(
      named(`application-${stage.name}`),
      application(service, stage),
      leaving(stage.state === "retired", { ...opts, dependsOn: [owner, ...valuesFiles] }),
    ),
  );
  return { appProject: owner, applications };
}

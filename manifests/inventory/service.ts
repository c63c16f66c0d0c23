import { deployingStages, type ServicePlan } from "../../model/plan.ts";
import { grants } from "../access.ts";
import { application, appProject } from "../argo-cd.ts";
import { project, projectConfig, projectNamespace, stage, warehouse } from "../kargo.ts";
import { addedRows, customized } from "./customize.ts";
import { hookRow, type Inventory, objectRow, type Row } from "./row.ts";

export const SERVICE_PIPELINE = "kargo-fleet:index:ServicePipeline";

/** The parts of a service that wait for different resources of other components. */
type ServicePart = "project" | "stages" | "access" | "appProject" | "applications" | "hook" | "added";

/** All resources of a service. */
export function serviceInventory(service: ServicePlan): Inventory<ServicePart> {
  const { name, state } = service;
  const parts = {
    project: kargoProject(service),
    stages: stages(service),
    access: access(service),
    appProject: [objectRow("app-project", appProject(service))],
    applications: applications(service),
    hook: hook(service),
    added: addedRows(service),
  };
  const type = SERVICE_PIPELINE;
  return customized({ type, name, parts: state === "decommissioned" ? leaving(parts) : parts });
}

/**
 * The namespace comes before the Project: created in parallel, Kargo sometimes refuses the Project. The namespace's
 * content comes after the Project, so that a destroy deletes it before Kargo deletes the namespace.
 */
function kargoProject(service: ServicePlan): Row[] {
  return [
    objectRow("namespace", projectNamespace(service)),
    objectRow("project", project(service), { after: ["namespace"] }),
    objectRow("project-config", projectConfig(service), { after: ["project"] }),
    objectRow("warehouse", warehouse(service), { after: ["project"] }),
  ];
}

function stages(service: ServicePlan): Row[] {
  const after = ["project-config", "warehouse"];
  return service.stages.map((plan) =>
    objectRow(`stage-${plan.name}`, stage(service, plan), { after, removing: plan.state === "retired" }),
  );
}

/** Kubernetes refuses a binding whose Role does not exist. */
function access(service: ServicePlan): Row[] {
  return grants(service).flatMap(({ actor, role, binding }) => [
    objectRow(`role-${actor}`, role, { after: ["namespace"] }),
    objectRow(`role-binding-${actor}`, binding, { after: [`role-${actor}`] }),
  ]);
}

function applications(service: ServicePlan): Row[] {
  const after = ["app-project"];
  return deployingStages(service).map((plan) =>
    objectRow(`application-${plan.name}`, application(service, plan), {
      after,
      removing: plan.state === "retired",
    }),
  );
}

function hook({ webhook }: ServicePlan): Row[] {
  return webhook ? [hookRow("webhook", webhook)] : [];
}

function leaving(parts: Inventory<ServicePart>["parts"]): Inventory<ServicePart>["parts"] {
  const all = Object.entries(parts).map(([part, rows]) => [
    part,
    rows.map((row) => ({ ...row, removing: true })),
  ]);
  return Object.fromEntries(all) as Inventory<ServicePart>["parts"];
}

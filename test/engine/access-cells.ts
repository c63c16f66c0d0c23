import { ARGOCD_NAMESPACE } from "../../model/names.ts";
import { deployingStages, type ServicePlan } from "../../model/plan.ts";

/** An action in the namespace of a service. */
export interface Cell {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** Only if it is not the service's own namespace. */
  readonly namespace?: string;
}

const KARGO = "kargo.akuity.io";
const RBAC = "rbac.authorization.k8s.io";

function cells(group: string, resource: string, verbs: string, name?: string): Cell[] {
  const [kind = "", subresource] = resource.split("/");
  return verbs.split(" ").map((verb) => ({
    verb,
    group,
    resource: kind,
    ...(subresource !== undefined && { subresource }),
    ...(name !== undefined && { name }),
  }));
}

/** The important actions in a service's namespace with these Stages. `promote` without a name means all Stages. */
export function namespaceCells(stages: readonly string[]): Cell[] {
  const read = ["stages", "warehouses", "freights", "promotions", "projectconfigs"];
  return [
    ...read.flatMap((kind) => cells(KARGO, kind, "get list")),
    ...cells(KARGO, "promotions", "create patch"),
    ...cells(KARGO, "stages", "patch"),
    ...cells(KARGO, "warehouses", "patch"),
    ...stages.flatMap((name) => cells(KARGO, "stages", "promote", name)),
    ...cells(KARGO, "freights/status", "patch"),
    ...cells(KARGO, "stages", "promote * create update delete deletecollection"),
    ...cells(KARGO, "warehouses", "create update delete"),
    ...cells(KARGO, "projectconfigs", "create update patch delete"),
    ...cells(KARGO, "freights", "create update patch delete"),
    ...cells(KARGO, "promotions", "update delete"),
    ...cells(KARGO, "promotiontasks", "create update patch"),
    ...cells(KARGO, "freights/status", "update"),
    ...["stages", "promotions", "warehouses", "projectconfigs"].flatMap((kind) =>
      cells(KARGO, `${kind}/status`, "update patch"),
    ),
    ...cells("argoproj.io", "analysistemplates", "create update patch"),
    ...cells("argoproj.io", "analysisruns", "create patch"),
    ...cells("", "secrets", "get list create update patch"),
    ...cells(RBAC, "roles", "create update patch escalate bind"),
    ...cells(RBAC, "rolebindings", "create update patch"),
    ...cells("", "serviceaccounts", "create update patch impersonate"),
    ...cells("", "serviceaccounts/token", "create"),
    ...["kargo-promoter", "kargo-admin"].flatMap((name) => [
      ...cells("", "serviceaccounts", "impersonate", name),
      ...cells("", "serviceaccounts/token", "create", name),
    ]),
    // A Pod can use any ServiceAccount of its namespace.
    ...cells("", "pods", "create"),
    ...cells("", "pods/exec", "create get"),
    ...cells("apps", "deployments", "create patch"),
    ...cells("batch", "jobs", "create"),
  ];
}

/** The cells of one service: its namespace, and its Applications by name. */
export function serviceCells(service: ServicePlan): Cell[] {
  const applications = deployingStages(service).map(({ deployment }) => deployment.application);
  return [
    ...namespaceCells(service.stages.map(({ name }) => name)),
    ...applications.flatMap((name) =>
      cells("argoproj.io", "applications", "get update patch", name).map((cell) => ({
        ...cell,
        namespace: ARGOCD_NAMESPACE,
      })),
    ),
  ];
}

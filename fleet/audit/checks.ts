import { ARGOCD_NAMESPACE, TEAMS_NAMESPACE } from "../../model/names.ts";
import { deployingStages, type ServicePlan } from "../../model/plan.ts";

/** One thing that somebody might do, and who should be able to. */
export interface Check {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** Where it is not the service's own namespace: another one, or none for what is cluster-wide. */
  readonly namespace?: string | null;
  /**
   * `use`: whoever belongs to the service. `approve`: its approvers. `promote`: whoever may promote to the Stage
   * that is named. `log-in`: every team's ServiceAccount. `never`: nobody.
   */
  readonly need: "use" | "approve" | "promote" | "log-in" | "never";
}

const KARGO = "kargo.akuity.io";
const RBAC = "rbac.authorization.k8s.io";
const ADMISSION = "admissionregistration.k8s.io";

function every(need: Check["need"], group: string, resource: string, verbs: string, name?: string): Check[] {
  const [kind = "", subresource] = resource.split("/");
  return verbs.split(" ").map((verb) => ({
    verb,
    group,
    resource: kind,
    ...(subresource !== undefined && { subresource }),
    ...(name !== undefined && { name }),
    need,
  }));
}

/** What matters in the namespace of a service with these Stages. `promote` without a name would be on all of them. */
export function namespaceChecks(stages: readonly string[]): Check[] {
  const read = ["stages", "warehouses", "freights", "promotions", "projectconfigs"];
  return [
    ...read.flatMap((kind) => every("use", KARGO, kind, "get list")),
    ...every("use", KARGO, "promotions", "create patch"),
    ...every("use", KARGO, "stages", "patch"),
    ...every("use", KARGO, "warehouses", "patch"),
    ...stages.flatMap((name) => every("promote", KARGO, "stages", "promote", name)),
    ...every("approve", KARGO, "freights/status", "patch"),
    ...every("never", KARGO, "stages", "promote * create update delete deletecollection"),
    ...every("never", KARGO, "warehouses", "create update delete"),
    ...every("never", KARGO, "projectconfigs", "create update patch delete"),
    ...every("never", KARGO, "freights", "create update patch delete"),
    ...every("never", KARGO, "promotions", "update delete"),
    ...every("never", KARGO, "promotiontasks", "create update patch"),
    ...every("never", KARGO, "freights/status", "update"),
    ...["stages", "promotions", "warehouses", "projectconfigs"].flatMap((kind) =>
      every("never", KARGO, `${kind}/status`, "update patch"),
    ),
    ...every("never", "argoproj.io", "analysistemplates", "create update patch"),
    ...every("never", "argoproj.io", "analysisruns", "create patch"),
    ...every("never", "", "secrets", "get list create update patch"),
    ...every("never", RBAC, "roles", "create update patch escalate bind"),
    ...every("never", RBAC, "rolebindings", "create update patch"),
    ...every("never", "", "serviceaccounts", "create update patch impersonate"),
    ...every("never", "", "serviceaccounts/token", "create"),
    ...["kargo-promoter", "kargo-admin"].flatMap((name) => [
      ...every("never", "", "serviceaccounts", "impersonate", name),
      ...every("never", "", "serviceaccounts/token", "create", name),
    ]),
    // A Pod runs as any ServiceAccount of its namespace.
    ...every("never", "", "pods", "create"),
    ...every("never", "", "pods/exec", "create get"),
    ...every("never", "apps", "deployments", "create patch"),
    ...every("never", "batch", "jobs", "create"),
  ];
}

/** The checks of one service: its namespace, and its Applications by name. */
export function serviceChecks(service: ServicePlan): Check[] {
  const applications = deployingStages(service).map(({ deployment }) => deployment.application);
  return [
    ...namespaceChecks(service.stages.map(({ name }) => name)),
    ...applications.flatMap((name) =>
      every("never", "argoproj.io", "applications", "get update patch", name).map((check) => ({
        ...check,
        namespace: ARGOCD_NAMESPACE,
      })),
    ),
  ];
}

/** What matters outside of the services' namespaces, once an actor. */
export function sharedChecks(kargoNamespace: string): Check[] {
  const inside = (namespace: string | null, checks: Check[]) =>
    checks.map((check): Check => ({ ...check, namespace }));
  return [
    ...inside(ARGOCD_NAMESPACE, [
      ...every("never", "argoproj.io", "applications", "get list create update patch delete"),
      ...every("never", "argoproj.io", "appprojects", "create update patch delete"),
      ...every("never", "", "secrets", "get list"),
    ]),
    ...inside("kargo-shared-resources", every("never", "", "secrets", "get list create update patch")),
    ...[TEAMS_NAMESPACE, kargoNamespace].flatMap((namespace) =>
      inside(namespace, [
        ...every("never", "", "serviceaccounts", "create update patch impersonate"),
        ...every("never", "", "serviceaccounts/token", "create"),
        ...every("never", "", "secrets", "get list create"),
      ]),
    ),
    ...inside(null, [
      ...every("log-in", KARGO, "projects", "list"),
      ...every("never", KARGO, "projects", "create update patch delete"),
      ...every("never", KARGO, "clusterpromotiontasks", "create update patch delete"),
      ...every("never", "", "namespaces", "create update patch delete"),
      ...every("never", "", "users", "impersonate"),
      ...every("never", "", "groups", "impersonate"),
      ...every("never", RBAC, "clusterroles", "create update patch escalate bind"),
      ...every("never", RBAC, "clusterrolebindings", "create update patch"),
      ...every("never", ADMISSION, "validatingadmissionpolicies", "update patch delete"),
      ...every("never", ADMISSION, "validatingadmissionpolicybindings", "update patch delete"),
    ]),
  ];
}

/** `promote stages.kargo.akuity.io/prod`, `patch freights.kargo.akuity.io (status)`, `get secrets`. */
export function describe({ verb, group, resource, subresource, name }: Check): string {
  const kind = group === "" ? resource : `${resource}.${group}`;
  const named = name === undefined ? kind : `${kind}/${name}`;
  return `${verb} ${named}${subresource === undefined ? "" : ` (${subresource})`}`;
}

import type { ClusterRequest } from "../../../fleet/cluster.ts";
import { RBAC } from "../access-world.ts";
import { post } from "../requests.ts";

export const EVENTS = "kargo-fleet-events";
export const ARGO = "/apis/argoproj.io/v1alpha1";
export const OURS = { "app.kubernetes.io/managed-by": "kargo-fleet" };
export const PIPELINE = { ...OURS, "kargo-fleet/service": "nginx", "kargo-fleet/team": "edge" };
export const inside = (namespace: string, kind: string, api = "/api/v1") =>
  `${api}/namespaces/${namespace}/${kind}`;

/** The API paths of custom resources. */
const KINDS: Readonly<Record<string, string>> = {
  appprojects: "AppProject",
  clusterconfigs: "ClusterConfig",
  clusterpromotiontasks: "ClusterPromotionTask",
  clusterworkflowtemplates: "ClusterWorkflowTemplate",
  projects: "Project",
  promotions: "Promotion",
  workflows: "Workflow",
};

/** Creates an object of ours, with labels unless `metadata` has others. */
export function create(path: string, name: string, rest: object, metadata: object = {}): ClusterRequest {
  const [, apiVersion = "v1"] = /^\/apis\/([^/]+\/[^/]+)/.exec(path) ?? [];
  const kind = KINDS[path.slice(path.lastIndexOf("/") + 1)];
  const type = kind && { apiVersion, kind };
  return post(path, { ...type, metadata: { name, labels: PIPELINE, ...metadata }, ...rest });
}

export const role = (kind: string, name: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });
export const binds = (namespace: string, name: string, roleRef: object, ...subjects: object[]) =>
  create(inside(namespace, "rolebindings", RBAC), name, { roleRef, subjects });

/** What a thief would like to have in the place of ours. */
export const repository = { repoURL: "https://github.com/evil/gitops.git" };

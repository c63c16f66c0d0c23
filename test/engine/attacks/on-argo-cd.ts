import type { ClusterRequest } from "../../../fleet/cluster.ts";
import { patch, remove } from "../requests.ts";
import { ARGO, create, inside, OURS, PIPELINE, repository } from "./attack.ts";

const project = inside("argocd", "appprojects/nginx", ARGO);
const application = inside("argocd", "applications/nginx-dev", ARGO);
const destination = (namespace: string) => ({ server: "https://kubernetes.default.svc", namespace });
const policies = (...all: string[]) => ({
  spec: { roles: [{ name: "team", policies: all, groups: ["AD-Edge"] }] },
});

/** Attacks on what Argo CD deploys. */
export const ON_ARGO_CD: Readonly<Record<string, ClusterRequest>> = {
  "open an AppProject to every repository": patch(project, { spec: { sourceRepos: ["*"] } }),
  "open an AppProject to another repository": patch(project, { spec: { sourceRepos: [repository.repoURL] } }),
  "open an AppProject to every namespace": patch(project, { spec: { destinations: [destination("*")] } }),
  "open an AppProject to every cluster": patch(project, {
    spec: { destinations: [{ server: "*", namespace: "nginx-dev" }] },
  }),
  "open an AppProject to a namespace of the cluster": patch(project, {
    spec: { destinations: [destination("kube-system")] },
  }),
  "open an AppProject to another service's namespace": patch(project, {
    spec: { destinations: [destination("auth-prod")] },
  }),
  "allow an AppProject every cluster resource": patch(project, {
    spec: { clusterResourceWhitelist: [{ group: "*", kind: "*" }] },
  }),
  "let an AppProject's Applications be anywhere": patch(project, { spec: { sourceNamespaces: ["*"] } }),
  "let a team override in Argo CD": patch(
    project,
    policies("p, proj:nginx:team, applications, override, nginx/nginx-dev, allow"),
  ),
  "let a team see every Application": patch(
    project,
    policies("p, proj:nginx:team, applications, get, nginx/*, allow"),
  ),
  "let strangers sync": patch(project, {
    spec: { roles: [{ name: "team", policies: [], groups: ["evil"] }] },
  }),
  "make the AppProject default ours": create(
    inside("argocd", "appprojects", ARGO),
    "default",
    { spec: { sourceRepos: ["https://github.com/acme/gitops.git"], destinations: [], roles: [] } },
    { labels: { ...PIPELINE, "kargo-fleet/service": "default" } },
  ),
  "change an AppProject of others": patch(inside("argocd", "appprojects/foreign", ARGO), {
    metadata: { labels: OURS },
  }),
  "delete an AppProject of others": remove(inside("argocd", "appprojects/foreign", ARGO)),
  "delete an Application of others": remove(inside("argocd", "applications/foreign", ARGO)),
  "move an Application into the project default": patch(application, { spec: { project: "default" } }),
  "move an Application into another service's project": patch(application, { spec: { project: "auth" } }),
  "deploy from another repository": patch(application, { spec: { source: repository } }),
  "deploy from several sources": patch(application, { spec: { sources: [repository] } }),
  "deploy with values of its own": patch(application, {
    spec: { source: { helm: { valuesObject: { image: "example.com/x" } } } },
  }),
  "deploy into Kargo's namespace": patch(application, { spec: { destination: destination("kargo") } }),
  "sync by itself": patch(application, { operation: { sync: { revision: "evil" } } }),
  "have a deletion take the workload along": patch(application, {
    metadata: { finalizers: ["resources-finalizer.argocd.argoproj.io"] },
  }),
  "let another service's Stage sync": patch(application, {
    metadata: { annotations: { "kargo.akuity.io/authorized-stage": "kargo-auth:dev" } },
  }),
};

import { KARGO } from "../access-world.ts";
import { adds, changes, deletes, type Sabotage } from "./sabotage.ts";

const ARGO_CD = "/apis/argoproj.io/v1alpha1/namespaces/argocd";
const appProject = (name: string, fields: object): Sabotage => ({
  name,
  change: changes(`${ARGO_CD}/appprojects/nginx`, { spec: fields }),
  found: "argocd  AppProject argocd/nginx differs",
});
const networkPolicies = "/apis/networking.k8s.io/v1/namespaces/builds-edge/networkpolicies";

/** Changes that open the limits on Applications, promotions and builds. */
export const GATES: readonly Sabotage[] = [
  appProject("an AppProject takes charts from anywhere", { sourceRepos: ["*"] }),
  appProject("an AppProject deploys anywhere", { destinations: [{ server: "*", namespace: "*" }] }),
  appProject("an AppProject makes any cluster resource", {
    clusterResourceWhitelist: [{ group: "*", kind: "*" }],
  }),
  appProject("an AppProject takes Applications of other namespaces", { sourceNamespaces: ["*"] }),
  appProject("an AppProject has a role for others", {
    roles: [
      { name: "x", policies: ["p, proj:nginx:x, applications, *, nginx/*, allow"], groups: ["AD-Other"] },
    ],
  }),
  {
    name: "an Application is moved to the AppProject default",
    change: changes(`${ARGO_CD}/applications/nginx-prod`, { spec: { project: "default" } }),
    found: "argocd  Application argocd/nginx-prod differs",
  },
  {
    name: "Kargo may sync an Application with manual sync",
    change: changes(`${ARGO_CD}/applications/nginx-prod`, {
      metadata: { annotations: { "kargo.akuity.io/authorized-stage": "kargo-nginx:prod" } },
    }),
    found: "argocd  Application argocd/nginx-prod differs",
  },
  {
    name: "prod has auto-promotion",
    change: changes(`${KARGO}/namespaces/kargo-nginx/projectconfigs/kargo-nginx`, {
      spec: { promotionPolicies: [{ stageSelector: { name: "prod" }, autoPromotionEnabled: true }] },
    }),
    found: "kargo-nginx  ProjectConfig kargo-nginx/kargo-nginx differs",
  },
  {
    name: "prod takes Freight straight from the Warehouse",
    change: changes(`${KARGO}/namespaces/kargo-nginx/stages/prod`, {
      spec: {
        requestedFreight: [{ origin: { kind: "Warehouse", name: "nginx" }, sources: { direct: true } }],
      },
    }),
    found: "kargo-nginx  Stage kargo-nginx/prod differs",
  },
  {
    name: "the NetworkPolicy of what runs a Dockerfile is opened",
    change: changes(`${networkPolicies}/kargo-fleet-build`, { spec: { egress: [{}] } }),
    found: "builds-edge  NetworkPolicy builds-edge/kargo-fleet-build differs",
  },
  {
    name: "the NetworkPolicy that closes builds is deleted",
    change: deletes(`${networkPolicies}/kargo-fleet-builds`),
    found: "builds-edge  NetworkPolicy builds-edge/kargo-fleet-builds is missing",
  },
  {
    name: "another NetworkPolicy opens what ours close",
    change: adds([
      {
        path: networkPolicies,
        body: {
          metadata: { name: "open" },
          spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{}] },
        },
      },
    ]),
    found: "builds-edge  NetworkPolicy builds-edge/open is not one of the program's",
  },
];

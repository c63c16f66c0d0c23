import { ARGOCD_NAMESPACE } from "../model/names.ts";
import {
  type DeployingStagePlan,
  type DeploymentPlan,
  deployingStages,
  type ServicePlan,
} from "../model/plan.ts";
import type { ApplicationDefinition, AppProjectDefinition } from "./definitions/argo-cd.ts";
import type { Defined } from "./definitions.ts";
import { serviceLabels } from "./objects.ts";

export const ARGOCD_API = "argoproj.io/v1alpha1";

/** Argo CD's address of its own cluster. */
const IN_CLUSTER = "https://kubernetes.default.svc";

type Destination = { readonly namespace: string } & ({ readonly server: string } | { readonly name: string });

/** An Application with the fields that this program sets. */
export type Application = ReturnType<typeof application>;

/**
 * The AppProject of a service: its one source, its own destinations, and no cluster-scoped kind except Namespaces
 * with its own names.
 */
export function appProject(service: ServicePlan) {
  const deployments = deployingStages(service).map(({ deployment }) => deployment);
  const namespaces = [...new Set(deployments.map((each) => each.destination.namespace))];
  const destinations = deployments.map((each) => destination(each.destination));
  return {
    apiVersion: ARGOCD_API,
    kind: "AppProject",
    metadata: { name: service.appProject, namespace: ARGOCD_NAMESPACE, labels: serviceLabels(service) },
    spec: {
      description: `${service.name} of team ${service.team}`,
      sourceRepos: [service.gitops.repoURL],
      destinations: [...new Map(destinations.map((one) => [JSON.stringify(one), one])).values()],
      // CreateNamespace=true requires that the kind is allowed. With exact names, a service cannot create another's
      // namespace.
      clusterResourceWhitelist: namespaces.map((name) => ({ group: "", kind: "Namespace", name })),
      roles: roles(service, deployments),
    },
  } satisfies Defined<AppProjectDefinition>;
}

/**
 * The team may read its Applications; approvers may also sync those with manual sync. Each has its exact name,
 * because `nginx/nginx-*` would match another service's `nginx-extra-dev`.
 */
function roles({ appProject, access }: ServicePlan, deployments: readonly DeploymentPlan[]) {
  const allow = (role: string, action: "get" | "sync", { application }: DeploymentPlan) =>
    `p, proj:${appProject}:${role}, applications, ${action}, ${appProject}/${application}, allow`;
  const manual = deployments.filter(({ sync }) => sync === "manual");
  return [
    {
      name: "team",
      description: "Sees the service's Applications.",
      policies: deployments.map((each) => allow("team", "get", each)),
      groups: [groupName(access.team.group)],
    },
    {
      name: "approvers",
      description: "Syncs the Applications that wait for a person.",
      policies: [
        ...deployments.map((each) => allow("approvers", "get", each)),
        ...manual.map((each) => allow("approvers", "sync", each)),
      ],
      groups: [groupName(access.approvers.group)],
    },
  ];
}

/**
 * A directory group in a role's form: Argo CD writes it into a line of CSV, and if one line is invalid it drops all
 * roles of the project.
 */
export function groupName(group: string): string {
  return /[",]|^\s|\s$/.test(group) ? `"${group.replaceAll('"', '""')}"` : group;
}

/**
 * The Application of one stage. With manual sync it has neither automated sync nor the annotation that lets Kargo
 * sync it. It has no resources finalizer, so removing a service never deletes its workload.
 */
export function application(service: ServicePlan, stage: DeployingStagePlan) {
  const { gitops, project } = service;
  const { deployment } = stage;
  const automated = deployment.sync === "auto";
  return {
    apiVersion: ARGOCD_API,
    kind: "Application",
    metadata: {
      name: deployment.application,
      namespace: ARGOCD_NAMESPACE,
      labels: serviceLabels(service),
      annotations: {
        // In a shared repository, commits in other folders must not cause a refresh.
        "argocd.argoproj.io/manifest-generate-paths": `/${gitops.chart};/${gitops.folder}`,
        ...(automated && { "kargo.akuity.io/authorized-stage": `${project}:${stage.name}` }),
      },
    },
    spec: {
      project: service.appProject,
      source: {
        repoURL: gitops.repoURL,
        targetRevision: gitops.branch,
        path: gitops.chart,
        helm: { valueFiles: [`/${deployment.valuesFile}`] },
      },
      destination: destination(deployment.destination),
      syncPolicy: {
        ...(automated && { automated: { prune: true, selfHeal: true } }),
        // Kargo's own retry would read the same failed sync again, so Argo CD must retry it.
        retry: { limit: 5, backoff: { duration: "5s", factor: 2, maxDuration: "3m" } },
        syncOptions: ["CreateNamespace=true"],
      },
    },
  } satisfies Defined<ApplicationDefinition>;
}

/** A destination in Argo CD's form: a cluster by its address or its name. */
export function destination({ cluster, namespace }: DeploymentPlan["destination"]): Destination {
  if (cluster === undefined) return { server: IN_CLUSTER, namespace };
  return cluster.includes("://") ? { server: cluster, namespace } : { name: cluster, namespace };
}

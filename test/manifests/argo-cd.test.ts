import assert from "node:assert/strict";
import { application, appProject } from "../../manifests/argo-cd.ts";
import { deployingStages, type ServicePlan } from "../../model/plan.ts";
import { servicePlan } from "../sources.ts";

function applicationOf(service: ServicePlan, name: string) {
  const plan = deployingStages(service).find((each) => each.name === name);
  if (!plan) throw new Error(`no stage ${name}`);
  return application(service, plan);
}

describe("the AppProject", () => {
  it("allows the service's one source, its own destinations and Namespaces, each by exact name", () => {
    assert.deepEqual(appProject(servicePlan()), {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "AppProject",
      metadata: {
        name: "nginx",
        namespace: "argocd",
        labels: {
          "app.kubernetes.io/managed-by": "kargo-fleet",
          "kargo-fleet/service": "nginx",
          "kargo-fleet/team": "edge",
        },
      },
      spec: {
        description: "nginx of team edge",
        sourceRepos: ["https://github.com/acme/gitops.git"],
        destinations: ["dev", "staging", "prod"].map((stage) => ({
          server: "https://kubernetes.default.svc",
          namespace: `nginx-${stage}`,
        })),
        clusterResourceWhitelist: ["dev", "staging", "prod"].map((stage) => ({
          group: "",
          kind: "Namespace",
          name: `nginx-${stage}`,
        })),
        roles: [
          {
            name: "team",
            description: "Sees the service's Applications.",
            policies: ["dev", "staging", "prod"].map(
              (stage) => `p, proj:nginx:team, applications, get, nginx/nginx-${stage}, allow`,
            ),
            groups: ["AD-Edge"],
          },
          {
            name: "approvers",
            description: "Syncs the Applications that wait for a person.",
            policies: [
              ...["dev", "staging", "prod"].map(
                (stage) => `p, proj:nginx:approvers, applications, get, nginx/nginx-${stage}, allow`,
              ),
              "p, proj:nginx:approvers, applications, sync, nginx/nginx-prod, allow",
            ],
            groups: ["AD-Edge"],
          },
        ],
      },
    });
  });

  it("has no pattern in any name", () => {
    assert.doesNotMatch(JSON.stringify(appProject(servicePlan()).spec), /[*?]/);
  });

  it("names another cluster in Argo CD's form", () => {
    const pipelines =
      "{ standard: [{ stage: dev, promotion: auto, sync: auto, destination: { cluster: prod-us } }] }";
    assert.deepEqual(appProject(servicePlan({}, { pipelines })).spec.destinations, [
      { name: "prod-us", namespace: "nginx-dev" },
    ]);
  });
});

describe("an Application", () => {
  it("with auto-sync is exactly this", () => {
    assert.deepEqual(applicationOf(servicePlan(), "dev"), {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata: {
        name: "nginx-dev",
        namespace: "argocd",
        labels: {
          "app.kubernetes.io/managed-by": "kargo-fleet",
          "kargo-fleet/service": "nginx",
          "kargo-fleet/team": "edge",
        },
        annotations: {
          "argocd.argoproj.io/manifest-generate-paths": "/charts/service;/services/nginx",
          "kargo.akuity.io/authorized-stage": "kargo-nginx:dev",
        },
      },
      spec: {
        project: "nginx",
        source: {
          repoURL: "https://github.com/acme/gitops.git",
          targetRevision: "main",
          path: "charts/service",
          helm: { valueFiles: ["/services/nginx/values-dev.yaml"] },
        },
        destination: { server: "https://kubernetes.default.svc", namespace: "nginx-dev" },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          retry: { limit: 5, backoff: { duration: "5s", factor: 2, maxDuration: "3m" } },
          syncOptions: ["CreateNamespace=true"],
        },
      },
    });
  });

  it("with manual sync is synced neither by Argo CD nor by Kargo", () => {
    const { metadata, spec } = applicationOf(servicePlan(), "prod");
    assert.equal(spec.syncPolicy.automated, undefined);
    assert.deepEqual(Object.keys(metadata.annotations ?? {}), ["argocd.argoproj.io/manifest-generate-paths"]);
  });

  it("has no resources finalizer, so a removed service keeps its workload", () => {
    assert.doesNotMatch(JSON.stringify(applicationOf(servicePlan(), "dev")), /finalizer/);
  });

  it("uses the chart that its service names", () => {
    assert.equal(
      applicationOf(servicePlan({ chart: { path: "charts/edge" } }), "dev").spec.source.path,
      "charts/edge",
    );
  });
});

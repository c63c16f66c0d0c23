const KARGO = "kargo.akuity.io/v1alpha1";
const ARGO_CD = "argoproj.io/v1alpha1";
const WAREHOUSE = {
  apiVersion: KARGO,
  kind: "Warehouse",
  metadata: { name: "nginx", namespace: "kargo-nginx", annotations: { "example.com/note": "by hand" } },
  spec: {
    interval: "10m0s",
    freightCreationPolicy: "Automatic",
    subscriptions: [{ image: { repoURL: "registry.example/nginx", imageSelectionStrategy: "NewestBuild" } }],
  },
};

function stage(name: string): object {
  const requestedFreight = [{ origin: { kind: "Warehouse", name: "nginx" }, sources: { direct: true } }];
  return {
    apiVersion: KARGO,
    kind: "Stage",
    metadata: { name, namespace: "kargo-nginx" },
    spec: { requestedFreight },
  };
}

/** An AppProject that an administrator has labelled for the import. */
export function appProject(name: string) {
  const labels = { "app.kubernetes.io/managed-by": "kargo-fleet" };
  const metadata = { name, namespace: "argocd", labels };
  return { apiVersion: ARGO_CD, kind: "AppProject", metadata, spec: { description: "by hand" } };
}

/** An object of our service that another stack made. */
export const ELSEWHERE = {
  apiVersion: ARGO_CD,
  kind: "Application",
  metadata: { name: "tooled-dev", namespace: "argocd", labels: { "kargo-fleet/stack": "elsewhere" } },
  spec: { project: "default", destination: {} },
};

/** Objects of nginx that somebody created by hand, in Kubernetes' order. */
const OBJECTS = [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "kargo-nginx", labels: { "kargo.akuity.io/project": "true" } },
  },
  { apiVersion: KARGO, kind: "Project", metadata: { name: "kargo-nginx" } },
  WAREHOUSE,
  stage("dev"),
  stage("qa"),
  {
    apiVersion: KARGO,
    kind: "Freight",
    metadata: { name: "f00d", namespace: "kargo-nginx" },
    alias: "brave-bear",
    origin: { kind: "Warehouse", name: "nginx" },
    images: [{ repoURL: "registry.example/nginx", tag: "1.0.0" }],
  },
  appProject("nginx"),
];

/** The same as a file for kubectl. */
export const BY_HAND = JSON.stringify({ apiVersion: "v1", kind: "List", items: OBJECTS });

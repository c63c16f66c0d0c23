import type { ClusterRequest } from "../../../fleet/cluster.ts";
import { KARGO } from "../access-world.ts";
import { patch, post, remove } from "../requests.ts";
import { ARGO, create, EVENTS, inside, OURS } from "./attack.ts";

const secret = (namespace: string, name: string, more: object, metadata: object = {}) =>
  create(inside(namespace, "secrets"), name, more, metadata);
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

const elsewhere = { name: "x", http: { url: "https://example.com" } };
const sensor = (spec: object) => patch(inside(EVENTS, "sensors/github-00", ARGO), { spec });
const trigger = (one: object) => sensor({ triggers: [one] });

/** Attacks on what builds, and on namespaces. */
export const ON_BUILDS: Readonly<Record<string, ClusterRequest>> = {
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
  "mint a token": post(inside("builds-edge", "serviceaccounts/kargo-fleet-launch/token"), { spec: {} }),
  "start a Workflow": create(inside("builds-edge", "workflows", ARGO), "x", { spec: steals }),
  "start a run of the shared template": create(inside("builds-edge", "workflows", ARGO), "x", {
    spec: { workflowTemplateRef: { name: "build-push-image", clusterScope: true } },
  }),
  "run a pod": create(inside("builds-edge", "pods"), "x", { spec: pod }),
  "make a Job": create(inside("builds-edge", "jobs", "/apis/batch/v1"), "x", {
    spec: { template: { spec: { ...pod, restartPolicy: "Never" } } },
  }),
  "change what all builds run": patch(`${ARGO}/clusterworkflowtemplates/build-push-image`, { spec: steals }),
  "make another template": create(`${ARGO}/clusterworkflowtemplates`, "mine", { spec: steals }),
  "have a Sensor's pods run another program": sensor({
    template: { container: { image: "example.com/x" } },
  }),
  "have a Sensor start another Workflow": trigger({
    template: {
      name: "x",
      k8s: { operation: "create", source: { resource: { kind: "Workflow", spec: steals } } },
    },
  }),
  "have a Sensor send pushes away": trigger({ template: elsewhere }),
  "have a Sensor's pod run a script on each push": sensor({
    dependencies: [{ ...push, transform: { script: "return os.getenv('HOME')" } }],
  }),
  "have a Sensor's pod run a script as a filter": sensor({
    dependencies: [{ ...push, filters: { script: "return true" } }],
  }),
  "have a Sensor change its trigger when a push comes": trigger({
    ...starts,
    parameters: [{ src: { dependencyName: "x", value: "" }, dest: "http.url" }],
  }),
  "have a Sensor trigger something else after a failure": trigger({
    ...starts,
    dlqTrigger: { template: elsewhere },
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
  "make a ConfigMap of its own": create(inside("builds-edge", "configmaps"), "mine", { data: {} }),
  ...Object.fromEntries(
    ["argocd", "kargo", EVENTS, "kargo-fleet-teams", "builds-edge", "kargo-shared-resources"].map((name) => [
      `delete the namespace ${name}`,
      remove(`/api/v1/namespaces/${name}`),
    ]),
  ),
  "make a namespace of its own": create("/api/v1/namespaces", "mine", {}),
  "make a namespace that is not a service's": create("/api/v1/namespaces", "kargo-mine", {}),
  "call the namespace argocd ours": patch("/api/v1/namespaces/argocd", { metadata: { labels: OURS } }),
  "loosen the Pod Security of a namespace": patch("/api/v1/namespaces/kargo-nginx", {
    metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
  }),
  "keep a namespace from going": patch("/api/v1/namespaces/kargo-nginx", {
    metadata: { finalizers: ["example.com/mine"] },
  }),
  "make a Kargo Project of Argo CD's namespace": create(`${KARGO}/projects`, "argocd", {}),
};

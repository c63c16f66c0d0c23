/**
 * ServiceAccounts of installations that work in our namespaces, by namespace. The names are those of the official
 * manifests.
 */
const INSTALLED: Readonly<Record<string, readonly string[]>> = {
  argocd: [
    "argocd-application-controller",
    "argocd-applicationset-controller",
    "argocd-dex-server",
    "argocd-notifications-controller",
    "argocd-redis",
    "argocd-repo-server",
    "argocd-server",
  ],
  argo: ["argo", "argo-server"],
  "argo-events": ["argo-events-sa", "argo-events-webhook-sa"],
  "argo-rollouts": ["argo-rollouts"],
};

/** Kargo's ServiceAccounts in its own namespace. A shard's controller has its name after `kargo-controller-`. */
const KARGO = [
  "kargo-admin",
  "kargo-api",
  "kargo-controller",
  "kargo-external-webhooks-server",
  "kargo-garbage-collector",
  "kargo-management-controller",
  "kargo-project-creator",
  "kargo-user",
  "kargo-viewer",
  "kargo-webhooks-server",
];

/** Kubernetes' own subjects (its plugin/pkg/auth/authorizer/rbac/bootstrappolicy) with rights that matter. */
const KUBERNETES = [
  "group system:masters",
  "user system:kube-controller-manager",
  "user system:kube-scheduler",
  ...[
    "certificate-controller",
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemon-set-controller",
    "deployment-controller",
    "device-taint-eviction-controller",
    "disruption-controller",
    "ephemeral-volume-controller",
    "expand-controller",
    "generic-garbage-collector",
    "horizontal-pod-autoscaler",
    "job-controller",
    "kube-apiserver-serving-clustertrustbundle-publisher",
    "legacy-service-account-token-cleaner",
    "namespace-controller",
    "node-controller",
    "persistent-volume-binder",
    "pod-garbage-collector",
    "replicaset-controller",
    "replication-controller",
    "resource-claim-controller",
    "resourcequota-controller",
    "root-ca-cert-publisher",
    "selinux-warning-controller",
    "service-account-controller",
    "statefulset-controller",
    "storage-version-migrator-controller",
    "ttl-after-finished-controller",
    "validatingadmissionpolicy-status-controller",
  ].map((name) => `ServiceAccount kube-system/${name}`),
];

/** The ServiceAccounts that Kargo creates in each Project. */
const OF_A_PROJECT = ["kargo-admin", "kargo-promoter", "kargo-viewer"];

/**
 * Decides which subjects an audit expects to have rights: those of Kubernetes and of the installations (listed
 * here), and those that the user names. A ServiceAccount with claims is not expected, because Kargo lets people act
 * as it.
 */
export function knownSubjects(
  kargoNamespace: string,
  named: readonly string[],
): (label: string, hasClaims: boolean) => boolean {
  const installed = Object.entries({ ...INSTALLED, [kargoNamespace]: KARGO }).flatMap(([namespace, names]) =>
    names.map((name) => `ServiceAccount ${namespace}/${name}`),
  );
  const systems = new Set([...KUBERNETES, ...installed]);
  const ofShard = `ServiceAccount ${kargoNamespace}/kargo-controller-`;
  return (label, hasClaims) =>
    named.includes(label) || (!hasClaims && (systems.has(label) || label.startsWith(ofShard)));
}

/** The Project for which Kargo would have created this ServiceAccount. */
export function projectOf(label: string): string | undefined {
  const [, namespace, name = ""] = /^ServiceAccount ([^/]+)\/(.+)$/.exec(label) ?? [];
  return OF_A_PROJECT.includes(name) ? namespace : undefined;
}

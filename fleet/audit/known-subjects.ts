/** ServiceAccounts of installations that work in our namespaces, by namespace; their names as their makers' manifests have them. */
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

/** Kargo's, in its own namespace; a controller of a shard has its name at the end of `kargo-controller-`. */
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

/** Kubernetes' own (its plugin/pkg/auth/authorizer/rbac/bootstrappolicy), those whose rights matter. */
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

/** What Kargo makes in each Project, for whoever its administrators let act as them. */
const OF_A_PROJECT = ["kargo-admin", "kargo-promoter", "kargo-viewer"];

/**
 * Tells the subjects that an audit expects to have rights: Kubernetes' own and the installations', spelled out here, and
 * those that a person names. As a ServiceAccount with claims Kargo acts for people, so it is no system's any more.
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

/** The Project of which this would be one of Kargo's own ServiceAccounts. */
export function projectOf(label: string): string | undefined {
  const [, namespace, name = ""] = /^ServiceAccount ([^/]+)\/(.+)$/.exec(label) ?? [];
  return OF_A_PROJECT.includes(name) ? namespace : undefined;
}

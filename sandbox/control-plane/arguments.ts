/**
 * The command lines of the three programs. Everything else is Kubernetes' default, above all the admission plugins.
 */

/** Arguments of etcd. It does not sync to disk, because its data is temporary. */
export function etcdArguments(options: { name: string; data: string; url: string }): string[] {
  return [
    `--name=${options.name}`,
    `--data-dir=${options.data}`,
    "--unsafe-no-fsync",
    `--listen-client-urls=${options.url}`,
    `--advertise-client-urls=${options.url}`,
    // A single member still listens for peers; any port works.
    "--listen-peer-urls=http://127.0.0.1:0",
    "--log-level=warn",
  ];
}

export function apiServerArguments(options: {
  etcd: string;
  port: number;
  certificates: string;
  tokenFile: string;
  serviceAccountKey: string;
}): string[] {
  return [
    `--etcd-servers=${options.etcd}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${options.port}`,
    // The API server finds no certificate there and creates a self-signed one.
    `--cert-dir=${options.certificates}`,
    `--token-auth-file=${options.tokenFile}`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${options.serviceAccountKey}`,
    `--service-account-signing-key-file=${options.serviceAccountKey}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    // The Service "kubernetes" cannot have a loopback address as an endpoint.
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none",
    // Stopping the sandbox does not wait for open watches.
    "--shutdown-watch-termination-grace-period=0s",
    "--profiling=false",
  ];
}

export function controllerManagerArguments(options: {
  kubeconfig: string;
  serviceAccountKey: string;
  rootCertificate: string;
}): string[] {
  return [
    `--kubeconfig=${options.kubeconfig}`,
    `--service-account-private-key-file=${options.serviceAccountKey}`,
    `--root-ca-file=${options.rootCertificate}`,
    "--use-service-account-credentials",
    "--leader-elect=false",
    // Nothing reads its endpoints.
    "--secure-port=0",
    `--controllers=*,${NODE_CONTROLLERS.map((name) => `-${name}`).join(",")}`,
    // Deleting the namespaces of many services must not wait for the client's rate limit.
    "--kube-api-qps=200",
    "--kube-api-burst=400",
    "--profiling=false",
  ];
}

/** Controllers of nodes and disks, which the sandbox lacks; every accepted version knows these names. */
const NODE_CONTROLLERS = [
  "node-ipam-controller",
  "node-lifecycle-controller",
  "persistentvolume-attach-detach-controller",
  "persistentvolume-binder-controller",
  "persistentvolume-expander-controller",
  "ephemeral-volume-controller",
] as const;

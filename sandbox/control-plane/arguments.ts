/**
 * The command lines of the three programs. Everything that is not said here is as Kubernetes has it by default,
 * admission above all.
 */

/** etcd for one start only: it forgoes the disk's promise, since its data is thrown away. */
export function etcdArguments(options: { name: string; data: string; url: string }): string[] {
  return [
    `--name=${options.name}`,
    `--data-dir=${options.data}`,
    "--unsafe-no-fsync",
    `--listen-client-urls=${options.url}`,
    `--advertise-client-urls=${options.url}`,
    // A member without peers still listens for them; any port will do.
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
    // It finds no certificate there and makes one that it signs itself.
    `--cert-dir=${options.certificates}`,
    `--token-auth-file=${options.tokenFile}`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${options.serviceAccountKey}`,
    `--service-account-signing-key-file=${options.serviceAccountKey}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    // Its address is the loopback's, which the Service "kubernetes" may not have as an endpoint.
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none",
    // Nobody waits for the end of a watch when the sandbox stops.
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
    // It serves nothing that anyone here reads.
    "--secure-port=0",
    `--controllers=*,${NODE_CONTROLLERS.map((name) => `-${name}`).join(",")}`,
    // Deleting the namespaces of many services at once should not wait for a client's own limit.
    "--kube-api-qps=200",
    "--kube-api-burst=400",
    "--profiling=false",
  ];
}

/** Controllers that look after nodes and disks, by names that every accepted version knows: there are none. */
const NODE_CONTROLLERS = [
  "node-ipam-controller",
  "node-lifecycle-controller",
  "persistentvolume-attach-detach-controller",
  "persistentvolume-binder-controller",
  "persistentvolume-expander-controller",
  "ephemeral-volume-controller",
] as const;

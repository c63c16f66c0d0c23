import type {
  V1LabelSelector,
  V1NetworkPolicyEgressRule,
  V1NetworkPolicyPeer,
  V1NetworkPolicySpec,
} from "@kubernetes/client-node";
import type { BuildNamespacePlan, BuildTriggersPlan } from "../model/build-plan.ts";
import { STEP_LABEL } from "../model/labels.ts";
import { contains, family, METADATA } from "../model/networks.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

export type NetworkPolicy = ReturnType<typeof policy>;

/**
 * Addresses of clusters and nodes: private networks, carrier-grade NAT (also used by Alibaba's services), and
 * networks reserved for tests and the future, which some clouds use for pods.
 */
const PRIVATE = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "240.0.0.0/4",
  "fc00::/7",
  // With IPv6 and NAT64, every IPv4 address also has one of these.
  "64:ff9b::/96",
  "64:ff9b:1::/48",
];

/**
 * The metadata addresses and their NAT64 forms. Other NAT64 addresses stay open, because a node without IPv4
 * reaches GitHub only that way.
 */
const METADATA_AND_NAT64 = [
  ...METADATA,
  ...METADATA.filter((network) => family(network) === "ipv4").map((network) => {
    const [a = 0, b = 0, c = 0, d = 0, length = 0] = network.split(/[./]/).map(Number);
    return `64:ff9b::${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}/${96 + length}`;
  }),
];

/**
 * The network policies of builds. Nothing can connect to their pods. The pod that runs a Dockerfile reaches the
 * Internet, DNS and the stack's mirrors, but neither the cluster nor its API server nor a cloud's metadata. Argo's
 * program that starts it reaches only the API server. The pods with a credential run only our own programs, and
 * reach everything except metadata.
 */
export function buildNetwork(
  { name }: BuildNamespacePlan,
  { builds: { network } }: BuildTriggersPlan,
): readonly [all: NetworkPolicy, build: NetworkPolicy, launch: NetworkPolicy, transport: NetworkPolicy] {
  const { apiServer, cluster, mirrors } = network;
  const dns: V1NetworkPolicyPeer[] = [
    { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
    ...network.dns.map(block),
  ];
  const ports = [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ];
  const internet = everywhereBut([...METADATA, ...PRIVATE, ...apiServer, ...cluster]);
  return [
    policy(name, "kargo-fleet-builds", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
    policy(name, "kargo-fleet-build", {
      podSelector: { matchLabels: { [STEP_LABEL]: "build" } },
      policyTypes: ["Egress"],
      egress: [{ to: [...internet, ...mirrors.map(block)] }, { to: dns, ports }],
    }),
    policy(name, "kargo-fleet-launch", {
      podSelector: { matchLabels: { [STEP_LABEL]: "launch" } },
      policyTypes: ["Egress"],
      egress: [{ to: apiServer.map(block) }],
    }),
    policy(name, "kargo-fleet-transport", {
      podSelector: {
        matchExpressions: [{ key: STEP_LABEL, operator: "In", values: ["clone", "push", "notify"] }],
      },
      policyTypes: ["Egress"],
      egress: [{ to: everywhereBut(METADATA_AND_NAT64) }, { to: dns, ports }],
    }),
  ];
}

function block(cidr: string): V1NetworkPolicyPeer {
  return { ipBlock: { cidr } };
}

/** All addresses of both families except these; of nested networks only the widest is listed. */
function everywhereBut(closed: readonly string[]): V1NetworkPolicyPeer[] {
  const widest = closed
    .filter(
      (one, at) =>
        !closed.some(
          (other, index) => index !== at && contains(other, one) && (index < at || !contains(one, other)),
        ),
    )
    .sort();
  const except = Object.groupBy(widest, family);
  return [
    { ipBlock: { cidr: "0.0.0.0/0", except: except.ipv4 ?? [] } },
    { ipBlock: { cidr: "::/0", except: except.ipv6 ?? [] } },
  ];
}

/** A rule without `to` would allow all addresses, and a policy without `podSelector` would be for all pods. */
interface Spec extends V1NetworkPolicySpec {
  podSelector: V1LabelSelector;
  policyTypes: ("Ingress" | "Egress")[];
  egress?: (V1NetworkPolicyEgressRule & { to: V1NetworkPolicyPeer[] })[];
}

function policy(namespace: string, name: string, spec: Spec) {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace, labels: { ...MANAGED_BY } },
    spec,
  } satisfies KubernetesObject & { spec: object };
}

import type { BuildNamespacePlan, BuildTriggersPlan } from "../model/build-plan.ts";
import { STEP_LABEL } from "./build-steps.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

type Ports = readonly { readonly protocol: "TCP" | "UDP"; readonly port: number }[];

type Peer =
  | { readonly ipBlock: { readonly cidr: string; readonly except?: readonly string[] } }
  | { readonly namespaceSelector: { readonly matchLabels: Readonly<Record<string, string>> } };

export interface NetworkPolicy extends KubernetesObject {
  readonly apiVersion: "networking.k8s.io/v1";
  readonly kind: "NetworkPolicy";
  readonly spec: {
    readonly podSelector: {
      readonly matchLabels?: Readonly<Record<string, string>>;
      readonly matchExpressions?: readonly {
        readonly key: string;
        readonly operator: "In";
        readonly values: readonly string[];
      }[];
    };
    readonly policyTypes: readonly ("Ingress" | "Egress")[];
    readonly egress?: readonly { readonly to: readonly Peer[]; readonly ports?: Ports }[];
  };
}

/** Private, link-local (with the clouds' metadata addresses) and carrier networks: where clusters and their nodes are. */
const PRIVATE = {
  v4: ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
  v6: ["fc00::/7", "fe80::/10"],
};
const LINK_LOCAL = { v4: ["169.254.0.0/16"], v6: ["fe80::/10"] };

/**
 * What the pods of builds reach. Nothing reaches them. The pod that runs a Dockerfile reaches the Internet, DNS, what the
 * stack names, and the API server, since Argo's executor of the same pod reports there: without a token, a Dockerfile
 * is nobody to it. The pods with a credential run our own programs alone, and reach all but metadata addresses.
 */
export function buildNetwork(
  { name }: BuildNamespacePlan,
  { builds: { network } }: BuildTriggersPlan,
): readonly NetworkPolicy[] {
  const named = network.apiServer.concat(network.mirrors).map((cidr): Peer => ({ ipBlock: { cidr } }));
  const dns: Peer[] = [
    { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
    ...network.dns.map((cidr): Peer => ({ ipBlock: { cidr } })),
  ];
  const ports: Ports = [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ];
  return [
    policy(name, "kargo-fleet-builds", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
    policy(name, "kargo-fleet-build", {
      podSelector: { matchLabels: { [STEP_LABEL]: "build" } },
      policyTypes: ["Egress"],
      egress: [{ to: [...everywhereBut(PRIVATE), ...named] }, { to: dns, ports }],
    }),
    policy(name, "kargo-fleet-transport", {
      podSelector: {
        matchExpressions: [{ key: STEP_LABEL, operator: "In", values: ["clone", "push", "notify"] }],
      },
      policyTypes: ["Egress"],
      egress: [{ to: everywhereBut(LINK_LOCAL) }, { to: dns, ports }],
    }),
  ];
}

function everywhereBut({ v4, v6 }: { v4: readonly string[]; v6: readonly string[] }): Peer[] {
  return [{ ipBlock: { cidr: "0.0.0.0/0", except: v4 } }, { ipBlock: { cidr: "::/0", except: v6 } }];
}

function policy(namespace: string, name: string, spec: NetworkPolicy["spec"]): NetworkPolicy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace, labels: { ...MANAGED_BY } },
    spec,
  };
}

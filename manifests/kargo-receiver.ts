import { createHash } from "node:crypto";
import { RECEIVER_SECRET } from "./build-steps.ts";
import { KARGO_API } from "./kargo-types.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

/** Where Kargo keeps the Secrets of what concerns the whole cluster. */
export const SYSTEM_NAMESPACE = "kargo-system-resources";

/** The name of the receiver, and of its Secret. */
export const RECEIVER = "kargo-fleet-builds";

/** Whoever ran `kargo refresh clusterconfig` has the annotation until the next rotation takes it back. */
const TAKES_OVER = { "pulumi.com/patchForce": "true" };

export interface ClusterConfig extends KubernetesObject {
  readonly apiVersion: typeof KARGO_API;
  readonly kind: "ClusterConfig";
  readonly spec: {
    readonly webhookReceivers: readonly {
      readonly name: string;
      readonly generic: {
        readonly secretRef: { readonly name: string };
        readonly actions: readonly {
          readonly action: "Refresh";
          readonly targetSelectionCriteria: readonly {
            readonly kind: "Warehouse";
            readonly indexSelector: {
              readonly matchIndices: readonly {
                readonly key: "subscribedURLs";
                readonly operator: "Equals";
                readonly value: string;
              }[];
            };
          }[];
        }[];
      };
    }[];
  };
}

/**
 * Has every Warehouse that subscribes to an image look at its registry as soon as a build says that it pushed there.
 * Kargo knows one ClusterConfig, called `cluster`.
 *
 * @param rotation what changes with the receiver's secret. Kargo watches no Secret and reads this one every five minutes,
 *   but at once where this annotation has another value (`RefreshRequested` in pkg/kargo/kargo.go of 1.11)
 */
export function clusterConfig(rotation?: string): ClusterConfig {
  return {
    apiVersion: KARGO_API,
    kind: "ClusterConfig",
    metadata: {
      name: "cluster",
      labels: { ...MANAGED_BY },
      ...(rotation !== undefined && { annotations: { "kargo.akuity.io/refresh": rotation, ...TAKES_OVER } }),
    },
    spec: {
      webhookReceivers: [
        {
          name: RECEIVER,
          generic: {
            secretRef: { name: RECEIVER },
            actions: [
              {
                action: "Refresh",
                targetSelectionCriteria: [
                  {
                    kind: "Warehouse",
                    indexSelector: {
                      matchIndices: [
                        {
                          key: "subscribedURLs",
                          operator: "Equals",
                          value: "${{ normalizeImage(request.body.image) }}",
                        },
                      ],
                    },
                  },
                ],
              },
            ],
          },
        },
      ],
    },
  };
}

/** The Secret with the receiver's key, which an administrator made and the program fills. */
export function receiverSecret(): KubernetesObject {
  return secret(RECEIVER, SYSTEM_NAMESPACE, { "kargo.akuity.io/cred-type": "generic" });
}

/** The Secret in a build namespace from which builds read the receiver's address. */
export function addressSecret(namespace: string): KubernetesObject {
  return secret(RECEIVER_SECRET.name, namespace);
}

function secret(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>> = {},
): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels: { ...MANAGED_BY, ...labels } },
  };
}

/**
 * The address of the receiver, which is a secret itself: Kargo 1.11 ends it in the SHA-256 of the project's name (none
 * here), the receiver's name and its secret (pkg/webhook/external/receiver.go), and keeps it stable for who uses it.
 *
 * @param url of Kargo's external webhooks server, without a slash at its end
 */
export function receiverAddress(url: string, secret: string): string {
  const path = createHash("sha256").update(`${RECEIVER}${secret}`).digest("hex");
  return `${url}/generic/${path}`;
}

/** What curl reads the address from. */
export function curlConfig(address: string): string {
  return `url = "${address}"\n`;
}

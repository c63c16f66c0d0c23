import { createHash } from "node:crypto";
import { RECEIVER_SECRET } from "./build-steps.ts";
import { KARGO_API } from "./kargo-types.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

/** The namespace of Kargo's cluster-wide Secrets. */
const SYSTEM_NAMESPACE = "kargo-system-resources";

/** The name of the receiver and of its Secret. */
const RECEIVER = "kargo-fleet-builds";

/** A user of `kargo refresh clusterconfig` owns the annotation until the next rotation takes it over. */
const TAKES_OVER = { "pulumi.com/patchForce": "true" };

/**
 * Makes every Warehouse of an image look at its registry as soon as a build has pushed there. Kargo has one
 * ClusterConfig, called `cluster`.
 * @param rotation changes with the receiver's secret. Kargo reads this Secret every five minutes, but at once if
 * this annotation changes (`RefreshRequested` in pkg/kargo/kargo.go of 1.11)
 */
export function clusterConfig(rotation?: string) {
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
  } satisfies KubernetesObject & { spec: object };
}

/** The Secret with the receiver's key, which an administrator creates and the program fills. */
export function receiverSecret(): KubernetesObject {
  return secret(RECEIVER, SYSTEM_NAMESPACE, { "kargo.akuity.io/cred-type": "generic" });
}

/** The Secret in a build namespace with the receiver's address. */
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
 * The address of the receiver, which is itself a secret. It ends with the SHA-256 of the project's name (none
 * here), the receiver's name and its secret (pkg/webhook/external/receiver.go of Kargo 1.11), and Kargo keeps this
 * stable.
 * @param url of Kargo's external webhooks server, without a trailing slash
 */
export function receiverAddress(url: string, secret: string): string {
  const path = createHash("sha256").update(`${RECEIVER}${secret}`).digest("hex");
  return `${url}/generic/${path}`;
}

/** A configuration file for curl with the address. */
export function curlConfig(address: string): string {
  return `url = "${address}"\n`;
}

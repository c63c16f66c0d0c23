import { z } from "zod";
import { dnsLabel, isHostName, labelKey, objectName } from "./kubernetes-names.ts";
import { quantity } from "./quantity.ts";
import { webAddress } from "./web-address.ts";

/** The settings for GitHub's webhooks. */
export const webhooksSchema = z
  .strictObject({
    url: webAddress.meta({ description: "Where GitHub reaches Argo Events." }),
    owner: z.boolean().default(true).meta({
      description:
        "Whether this stack makes the hooks of its services and builds them. Of the stacks that have a service, one.",
    }),
    scope: z.enum(["repository", "organization"]).default("repository").meta({
      description:
        "repository: one hook a service, each with its own secret. organization: one for all, which costs one call.",
    }),
    groups: z.int().min(1).max(256).default(32).meta({
      description:
        "Among how many EventSources and Sensors services are spread, by a hash. Another number moves every hook.",
    }),
    eventBus: z
      .strictObject({
        version: z
          .string()
          .regex(/^[0-9]+\.[0-9]+\.[0-9]+$/, "must be a version such as 2.10.29")
          .default("2.10.29"),
        storage: z
          .strictObject({ size: quantity.default("10Gi"), class: objectName.optional() })
          .optional()
          .meta({
            description: "A volume for each of the bus's three pods; without it a push waits in memory.",
          }),
      })
      .prefault({})
      .meta({
        description: "The JetStream that carries pushes; its version must be one of the controller's.",
      }),
    expose: z
      .union([
        z.strictObject({
          ingress: z.strictObject({
            className: objectName.optional(),
            tlsSecret: objectName.optional(),
            annotations: z.record(labelKey, z.string()).default({}),
          }),
        }),
        z.strictObject({
          httpRoute: z.strictObject({
            gateway: z.strictObject({ name: objectName, namespace: dnsLabel }),
          }),
        }),
      ])
      .optional()
      .meta({
        description: "An Ingress or HTTPRoutes for the host of url. Without it somebody else routes it.",
      }),
    receiver: z
      .strictObject({
        url: webAddress.meta({ description: "Kargo's external webhooks server, base path included." }),
      })
      .optional()
      .meta({ description: "Has each build tell Kargo of its image, so that Warehouses can look rarely." }),
  })
  .refine(({ url, expose }) => expose === undefined || isHostName(URL.parse(url)?.hostname ?? ""), {
    path: ["url"],
    error:
      "must name its host where expose is set: an Ingress and an HTTPRoute take names (RFC 1123), no address",
  });

export type WebhooksConfig = z.output<typeof webhooksSchema>;

import { z } from "zod";
import { dnsLabel, isHostName, labelKey, objectName } from "./kubernetes-names.ts";
import { quantity } from "./quantity.ts";
import { webAddress } from "./web-address.ts";

/** The settings for GitHub's webhooks. */
export const webhooksSchema = z
  .strictObject({
    url: webAddress.meta({ description: "The address at which GitHub reaches Argo Events." }),
    owner: z.boolean().default(true).meta({
      description:
        "Whether this stack creates the hooks of its services and builds them. Set this in exactly one stack per service.",
    }),
    scope: z.enum(["repository", "organization"]).default("repository").meta({
      description:
        "repository: one hook per service, each with its own secret. organization: one hook for all services.",
    }),
    groups: z.int().min(1).max(256).default(32).meta({
      description:
        "The number of EventSources and Sensors, to which services are assigned by a hash. A change moves every hook.",
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
            description:
              "A volume for each of the EventBus's three pods; without it pushes are kept in memory.",
          }),
      })
      .prefault({})
      .meta({
        description: "The JetStream EventBus; its version must be one of the controller's.",
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
        description: "An Ingress or HTTPRoutes for the host of url. Without it you route the host yourself.",
      }),
    receiver: z
      .strictObject({
        url: webAddress.meta({ description: "Kargo's external webhooks server, base path included." }),
      })
      .optional()
      .meta({
        description: "Each build notifies Kargo of its image, so that Warehouses need to look rarely.",
      }),
  })
  .refine(({ url, expose }) => expose === undefined || isHostName(URL.parse(url)?.hostname ?? ""), {
    path: ["url"],
    error:
      "must name its host where expose is set: an Ingress and an HTTPRoute take names (RFC 1123), no address",
  });

export type WebhooksConfig = z.output<typeof webhooksSchema>;

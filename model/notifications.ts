import { z } from "zod";
import { dnsLabel, objectName } from "./kubernetes-names.ts";
import { matching } from "./patterns.ts";
import { webAddress } from "./web-address.ts";

/** How a message is written for its receiver. */
export const WEBHOOK_FORMATS = ["kargo-fleet", "teams"] as const;

/** A receiver of messages. Its credential is in a Secret of `kargo-fleet-events`, never in the config. */
const webhook = z
  .strictObject({
    format: z.enum(WEBHOOK_FORMATS).default("kargo-fleet").meta({
      description: "kargo-fleet: our own JSON (docs/notifications.md). teams: an Adaptive Card.",
    }),
    url: webAddress.optional().meta({
      description: "The address, if it is no credential itself. Default: the key url of existingSecret.",
    }),
    existingSecret: objectName.optional().meta({
      description:
        "An existing Secret in kargo-fleet-events. With url its key authorization holds the header Authorization; without, its key url holds the address.",
    }),
  })
  .refine(({ url, existingSecret }) => url !== undefined || existingSecret !== undefined, {
    error: "needs a url, or an existingSecret whose key url holds the address",
  });

/** The settings of messages to people about Promotions. */
export const notificationsSchema = z.strictObject({
  kargo: webAddress.meta({ description: "The address of Kargo's UI, for links." }),
  argoCd: webAddress.meta({ description: "The address of Argo CD's UI, for links." }),
  groups: z.int().min(1).max(64).default(4).meta({
    description: "The number of Sensors, to which teams are assigned by a hash.",
  }),
  slack: z
    .strictObject({
      existingSecret: objectName.meta({
        description:
          "An existing Secret in kargo-fleet-events; its key authorization holds Bearer and the token of a Slack app with the scope chat:write.",
      }),
    })
    .optional()
    .meta({ description: "The Slack app that writes into the teams' channels." }),
  webhooks: z.record(dnsLabel, webhook).default({}).meta({
    description: "Receivers by name, which teams refer to.",
  }),
});

export type NotificationsConfig = z.output<typeof notificationsSchema>;

const slackChannel = matching(
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/,
  "is not a channel: write its name without #, or its ID.",
);

/** Where a team gets its messages. */
export const notifySchema = z.strictObject({
  slack: slackChannel.optional().meta({
    description: "A Slack channel: its name without #, or its ID. The stack's Slack app must be a member.",
    examples: ["edge-releases"],
  }),
  webhooks: z
    .array(dnsLabel)
    .optional()
    .meta({
      description: "Names of the stack's notifications.webhooks.",
      examples: [["edge-teams"]],
    }),
});

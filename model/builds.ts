import { z } from "zod";
import { branch } from "./branch.ts";
import { duration } from "./durations.ts";
import { contextFolder, dockerfile, watchedPath } from "./folders.ts";
import { pinnedImage } from "./image.ts";
import { objectName } from "./kubernetes-names.ts";
import { matching } from "./patterns.ts";
import { quantity } from "./quantity.ts";

/** An IPv4 or IPv6 network in the form of NetworkPolicies. */
const network = z.union([z.cidrv4(), z.cidrv6()], { error: 'must be a network such as "10.0.0.1/32"' });

/**
 * A network to exclude. It cannot be everything, because the `except` of a NetworkPolicy must be smaller than its
 * network.
 */
const closed = network.refine((text) => !text.endsWith("/0"), {
  error: "is every address: name the networks",
});

const length = (least: string) => duration({ example: "30m or 24h", least, whole: true });

/** The name of a Secret in a team's build namespace; `{service}` is replaced. */
const secretTemplate = matching(
  /^(?=.{1,200}$)([a-z0-9]|\{service\})((\.?|-*)([a-z0-9]|\{service\}))*$/,
  'is not a valid name of a Secret: lower case, digits, "-" and ".", and {service}.',
);

/** The build settings of all services of the cluster. */
export const buildsSchema = z.strictObject({
  images: z
    .strictObject({
      clone: pinnedImage.meta({ description: "An image with sh, git and tar, for example alpine/git." }),
      build: pinnedImage.meta({
        description: "Kaniko's executor, of the maintained fork ghcr.io/osscontainertools/kaniko.",
      }),
      push: pinnedImage.meta({ description: "crane: gcr.io/go-containerregistry/crane." }),
      notify: pinnedImage
        .optional()
        .meta({ description: "curl, if webhooks.receiver is set: the last step notifies Kargo." }),
    })
    .meta({ description: "The images of a build, pinned by digest." }),
  network: z
    .strictObject({
      apiServer: z.array(closed).min(1).meta({
        description:
          "The API server's addresses, which Argo's executor needs (kubectl get endpointslices kubernetes). No Dockerfile reaches them.",
      }),
      cluster: z.array(closed).default([]).meta({
        description:
          "Public addresses of the cluster, such as those of nodes. No Dockerfile reaches them, nor any private address.",
      }),
      mirrors: z.array(network).default([]).meta({
        description: "Private networks that a Dockerfile may reach, such as a package mirror.",
      }),
      dns: z.array(network).default([]).meta({
        description: "DNS servers outside kube-system, such as NodeLocal DNSCache's 169.254.20.10/32.",
      }),
    })
    .meta({ description: "The networks of builds, besides the Internet." }),
  credentials: z
    .strictObject({
      clone: secretTemplate.default("{service}-clone").meta({
        description: "The Secret with username and password for cloning; omit it for public repositories.",
      }),
      push: secretTemplate.default("{service}-push").meta({
        description: "The Secret of type kubernetes.io/dockerconfigjson for pushing the image.",
      }),
    })
    .prefault({})
    .meta({ description: "Existing Secrets in the team's build namespace." }),
  storage: z
    .strictObject({ size: quantity.default("10Gi"), class: objectName.optional() })
    .prefault({})
    .meta({ description: "The size of the volume that a build's pods share." }),
  resources: z
    .strictObject({ cpu: quantity.default("2"), memory: quantity.default("4Gi") })
    .prefault({})
    .meta({ description: "The resources of Kaniko." }),
  timeout: length("60s").default("1h").meta({ description: "The time limit of a build." }),
  keep: z
    .strictObject({
      succeeded: length("0s").default("24h"),
      failed: length("0s").default("72h"),
      log: length("0s").default("1h").meta({
        description: "How long the Dockerfile's finished pod is kept, with its log and the build's volume.",
      }),
    })
    .prefault({})
    .meta({ description: "How long a Workflow is kept; during this time its commit is not built again." }),
  parallelism: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .meta({ description: "The number of parallel builds per team; others wait." }),
  userNamespaces: z.boolean().default(true).meta({
    description: "Run Kaniko as root in its own user namespace; false if the nodes do not support it.",
  }),
});

export type BuildsConfig = z.output<typeof buildsSchema>;

/** The build settings of one service; `false` if another system builds it. */
export const serviceBuildSchema = z.union([
  z.literal(false),
  z.strictObject({
    context: contextFolder.default(".").meta({ description: "The folder to build." }),
    dockerfile: dockerfile
      .default("Dockerfile")
      .meta({ description: "The path of the Dockerfile, relative to the context." }),
    branch: branch.default("main").meta({ description: "The branch whose pushes are built." }),
    paths: z
      .array(watchedPath)
      .min(1)
      .optional()
      .meta({
        description:
          "Folders and files whose changes start a build. Default: the context, unless it is the whole repository.",
        examples: [["services/api", "package.json"]],
      }),
  }),
]);

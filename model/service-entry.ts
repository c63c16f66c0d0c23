import { z } from "zod";
import { serviceBuildSchema } from "./builds.ts";
import { folder } from "./folders.ts";
import { repositoryName } from "./git-host-names.ts";
import { imageRepository } from "./image.ts";
import { serviceImages } from "./images.ts";
import { labelKey, labelValue } from "./kubernetes-names.ts";
import { tagSelection } from "./tags.ts";
import { warehouseOptions } from "./warehouse-options.ts";

/** The schema of a service's entry. */
export const service = z.strictObject({
  team: z
    .string()
    .meta({ description: "The team that owns the service: a key of teams.", examples: ["edge"] }),
  repository: repositoryName.meta({
    description: "The GitHub repository with the source: owner/name.",
    examples: ["acme/nginx"],
  }),
  image: imageRepository.optional().meta({
    description: "The image repository. Default: <registry>/<service>.",
    examples: ["registry.example/edge/nginx"],
  }),
  images: serviceImages.optional().meta({
    description:
      "Several images instead of one, by name. Each has its key in the values files, images.<name>.tag, and its Dockerfile, Dockerfile.<name>.",
    examples: [{ web: "registry.example/shop/web", worker: "registry.example/shop/worker" }],
  }),
  tags: tagSelection
    .prefault({ strategy: "lexical" })
    .meta({ description: "How the Warehouse selects tags." }),
  warehouse: warehouseOptions.optional().meta({
    description: "Settings of this service's Warehouse that override the stack's.",
    examples: [{ interval: "15m" }],
  }),
  pipeline: z
    .string()
    .default("standard")
    .meta({ description: "A pipeline of the stack config.", examples: ["standard", "regulated"] }),
  build: serviceBuildSchema.prefault({}).meta({
    description: "How the image is built from the repository; false if another system builds it.",
    examples: [false, { context: "services/api", branch: "main" }],
  }),
  chart: z
    .strictObject({
      path: folder().meta({
        description: "Folder of the chart in the GitOps repository; {service} and {cluster} are replaced.",
        examples: ["charts/edge"],
      }),
    })
    .optional()
    .meta({ description: "The chart, if it is not the stack's.", examples: [{ path: "charts/edge" }] }),
  labels: z
    .record(labelKey, labelValue)
    .default({})
    .meta({ description: "Labels to select services by.", examples: [{ tier: "critical", region: "eu" }] }),
  state: z.enum(["active", "decommissioned"]).default("active").meta({
    description:
      "decommissioned is the first of two steps to delete the service: no hook, no auto-promotion, no protection. Then remove the entry.",
  }),
});

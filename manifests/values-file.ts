import { Document, Scalar } from "yaml";
import { type ServiceImages, tagKeys } from "../model/images.ts";
import { deployingStages, type ServicePlan } from "../model/plan.ts";

/** A new file of the GitOps repository. */
export interface ValuesFile {
  readonly service: string;
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** The inputs of one service's values files, which the stack's state contains. */
export interface ServiceValues {
  /** The image repository, without tag. */
  readonly image: string;
  /** All image repositories by name; absent if the service has one without a name. */
  readonly images?: ServiceImages;
  /** The path of the file of each Stage that deploys. */
  readonly files: Readonly<Record<string, string>>;
}

/** The inputs of one service's values files. */
export function serviceValues(service: ServicePlan): ServiceValues {
  return {
    image: service.warehouse.image,
    ...(service.warehouse.images && { images: service.warehouse.images }),
    files: Object.fromEntries(
      deployingStages(service).map(({ name, deployment }) => [name, deployment.valuesFile]),
    ),
  };
}

/** The new values files of one service, in the order of its pipeline. */
export function filesOfService(
  service: string,
  { image, images, files }: ServiceValues,
): readonly ValuesFile[] {
  return Object.entries(files).map(([stage, path]) => ({
    service,
    path,
    text: valuesFileText(service, stage, image, images),
  }));
}

/** All values files of a plan, one for each Stage that deploys; a control-flow Stage has none. */
export function valuesFiles(services: readonly ServicePlan[]): readonly ValuesFile[] {
  return services.flatMap((service) => filesOfService(service.name, serviceValues(service)));
}

/**
 * The text of a new values file. Its tags are empty, so the chart renders nothing, but the keys exist, because
 * Kargo's yaml-update only changes existing keys. A tag's line has no comment, because yaml-update would drop it.
 * @param image the image repository, without tag
 * @param images all image repositories by name, if there are several
 */
export function valuesFileText(
  service: string,
  stage: string,
  image: string,
  images?: ServiceImages,
): string {
  const repositories = images
    ? new Map(Object.entries(images).map(([name, repository]) => [name, imageValues(repository)]))
    : imageValues(image);
  const document = new Document(
    new Map<string, unknown>([
      ["name", service],
      ["stage", stage],
      [images ? "images" : "image", repositories],
    ]),
  );
  document.commentBefore = [
    ` Stage ${stage} of ${service}. kargo-fleet wrote this file once and never writes it again.`,
    ` It is the team's to change, except ${tagKeys(images).join(", ")}.`,
  ].join("\n");
  // Quoted, because Helm reads YAML 1.1, in which a service called "on" or "1e3" is not a text.
  return document.toString({ defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 });
}

function imageValues(repository: string): Map<unknown, unknown> {
  const tag = new Scalar("tag");
  tag.commentBefore =
    " Kargo owns this line. Until the first promotion it is empty, and nothing is deployed.";
  return new Map<unknown, unknown>([
    ["repository", repository],
    [tag, ""],
  ]);
}

import { Document, Scalar } from "yaml";
import { deployingStages, type ServicePlan } from "../model/plan.ts";

/** One file of the GitOps repository, as it is when it is new. */
export interface ValuesFile {
  readonly service: string;
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** All that the values files of one service are made of: what the stack's state keeps of them. */
export interface ServiceValues {
  /** The image repository, without tag. */
  readonly image: string;
  /** The path of the file of each Stage that deploys. */
  readonly files: Readonly<Record<string, string>>;
}

/** What the values files of one service are made of. */
export function serviceValues(service: ServicePlan): ServiceValues {
  return {
    image: service.warehouse.image,
    files: Object.fromEntries(
      deployingStages(service).map(({ name, deployment }) => [name, deployment.valuesFile]),
    ),
  };
}

/** The new values files of one service, in the order of its pipeline. */
export function filesOfService(service: string, { image, files }: ServiceValues): readonly ValuesFile[] {
  return Object.entries(files).map(([stage, path]) => ({
    service,
    path,
    text: valuesFileText(service, stage, image),
  }));
}

/** Every values file of a plan, one for each Stage that deploys; a control-flow Stage has none. */
export function valuesFiles(services: readonly ServicePlan[]): readonly ValuesFile[] {
  return services.flatMap((service) => filesOfService(service.name, serviceValues(service)));
}

/**
 * The text of a new values file. Its tag is empty, from which the chart renders nothing, and it is there, since Kargo's
 * yaml-update changes only a key that exists. No comment shares the tag's line: yaml-update would drop it.
 *
 * @param image the image repository, without tag
 */
export function valuesFileText(service: string, stage: string, image: string): string {
  const tag = new Scalar("tag");
  tag.commentBefore =
    " Kargo owns this line. Until the first promotion it is empty, and nothing is deployed.";
  const document = new Document(
    new Map<string, unknown>([
      ["name", service],
      ["stage", stage],
      [
        "image",
        new Map<unknown, unknown>([
          ["repository", image],
          [tag, ""],
        ]),
      ],
    ]),
  );
  document.commentBefore = [
    ` Stage ${stage} of ${service}. kargo-fleet wrote this file once and never writes it again.`,
    " It is the team's to change, except image.tag.",
  ].join("\n");
  // Quoted, because Helm reads YAML 1.1, where a service called "on" or "1e3" is no text.
  return document.toString({ defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 });
}

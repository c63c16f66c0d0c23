import type { ServiceImages } from "./images.ts";
import type { DeploymentPlan, ServicePlan } from "./service-plan.ts";

/** The variables that every Stage passes to the shared promotion task. */
export const TASK_VARIABLES = [
  "image",
  "pin",
  "repoURL",
  "branch",
  "folder",
  "valuesFile",
  "application",
  "sync",
] as const;

/** The variable with all images of a service that has several, as {@link imagesText} writes them. */
export const IMAGES_VARIABLE = "images";

/** The variable with the repository of the service's source, `owner/name`, if its commits get a status. */
export const SOURCE_VARIABLE = "source";

/** Quoted, because Kargo would turn a branch `1.0`, a folder `1e3` or an Application `1e-2` into a number. */
export const given = (variable: (typeof TASK_VARIABLES)[number]) => `\${{ quote(vars.${variable}) }}`;

/** The values of the variables for one Stage of a service. A key of a stage that its promotion needs comes in here. */
export function taskVariables(
  { warehouse: { image, images, tags }, gitops, repository, commitStatus }: ServicePlan,
  deployment: DeploymentPlan,
): { readonly name: string; readonly value: string }[] {
  return [
    { name: "image", value: image },
    // A moving tag does not identify the image, so its digest is written too.
    { name: "pin", value: tags.strategy === "digest" ? "digest" : "tag" },
    { name: "repoURL", value: gitops.repoURL },
    { name: "branch", value: gitops.branch },
    { name: "folder", value: gitops.folder },
    { name: "valuesFile", value: deployment.valuesFile },
    { name: "application", value: deployment.application },
    { name: "sync", value: deployment.sync },
    ...(images ? [{ name: IMAGES_VARIABLE, value: imagesText(images) }] : []),
    ...(commitStatus ? [{ name: SOURCE_VARIABLE, value: repository }] : []),
  ];
}

/**
 * Images as one text: `web=registry.example/shop/web worker=registry.example/shop/worker`. Neither a name nor a
 * repository contains a blank or an equals sign.
 */
function imagesText(images: ServiceImages): string {
  return Object.entries(images)
    .map(([name, repository]) => `${name}=${repository}`)
    .join(" ");
}

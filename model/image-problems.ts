import { formatPath, listed, type Problem, problem } from "./diagnostics.ts";
import { imageIdentity, imageRepository } from "./image.ts";
import { listedImages } from "./images.ts";
import { PROJECT } from "./stack-file.ts";
import type { Sources } from "./stack-problem.ts";

/** Problems of the images of each service. */
export function imageProblems(sources: Sources): Problem[] {
  return [
    ...defaultImages(sources),
    ...foreignImages(sources),
    ...bothForms(sources),
    ...repeatedImages(sources),
  ];
}

/** The default image contains the service's name, which may be invalid in an image. */
function defaultImages({ catalogue, config: { registry }, services }: Sources): Problem[] {
  return Object.entries(catalogue.services).flatMap(([name, { image, images }]) => {
    const checked = imageRepository.safeParse(`${registry}/${name}`);
    if (image !== undefined || images !== undefined || checked.success) return [];
    const message = `its image ${checked.error.issues.map((issue) => issue.message).join("; ")}`;
    return problem("KF026", services, ["services", name], message, "Name its image.", "key");
  });
}

/**
 * A build pushes to the image's registry, with anything that its Dockerfile added, so the stack lists the allowed
 * registries.
 */
function foreignImages({ catalogue, config, services }: Sources): Problem[] {
  const { registry } = config;
  const registries = config.registries.length > 0 ? config.registries : [registry];
  return Object.entries(catalogue.services).flatMap(([name, service]) =>
    listedImages(name, service, registry).flatMap(({ repository, path }) => {
      const below = registries.some((one) => repository === one || repository.startsWith(`${one}/`));
      // A decommissioned service must stay removable, whatever is allowed now.
      if (below || service.state !== "active") return [];
      const message = `the image ${JSON.stringify(repository)} is not in a registry of this stack (${listed(registries)}).`;
      const fix = `Use one of these, or ask the platform team to add another to ${PROJECT}:registries.`;
      return problem("KF029", services, path, message, fix);
    }),
  );
}

/** With both keys nobody could tell which key of the values files a promotion writes. */
function bothForms({ catalogue, services }: Sources): Problem[] {
  return Object.entries(catalogue.services).flatMap(([name, { image, images }]) => {
    if (image === undefined || images === undefined) return [];
    const message = "the service has both image and images, but each of them lists all of its images.";
    const fix = "Remove image, and give it a name in images.";
    return problem("KF037", services, ["services", name, "image"], message, fix, "key");
  });
}

/** Kargo finds a tag in Freight by the image's repository. */
function repeatedImages({ catalogue, config: { registry }, services }: Sources): Problem[] {
  return Object.entries(catalogue.services).flatMap(([name, service]) => {
    const first = new Map<string, string>();
    return listedImages(name, service, registry).flatMap(({ repository, path }) => {
      const identity = imageIdentity(repository);
      const other = first.get(identity);
      if (other === undefined) {
        first.set(identity, formatPath(path.slice(2)));
        return [];
      }
      const message = `the image ${JSON.stringify(repository)} is already ${other}.`;
      return problem("KF038", services, path, message, `Remove it, and use ${other} in the chart twice.`);
    });
  });
}

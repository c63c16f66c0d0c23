import { z } from "zod";
import type { DocumentPath } from "./diagnostics.ts";
import { imageRepository } from "./image.ts";
import { matching } from "./patterns.ts";

/** The most images of a service: Kargo reads the registry for each of them. */
const MOST = 10;

/**
 * The name of an image, which is a key of the values files. Helm templates read it as `.Values.images.<name>`, and
 * YAML 1.1 reads the excluded words as booleans or as nothing.
 */
const imageName = matching(
  /^(?!(y|yes|n|no|on|off|true|false|null)$)[a-z][a-z0-9]{0,19}$/,
  "is not the name of an image: use a lower-case word of at most 20 letters and digits that YAML does not read as a boolean",
);

/** The schema of `images`: image repositories by name. */
export const serviceImages = z.record(imageName, imageRepository).refine(
  (images) => {
    const count = Object.keys(images).length;
    return count >= 1 && count <= MOST;
  },
  { message: `has 1 to ${MOST} images` },
);

/** Image repositories by name. */
export type ServiceImages = Readonly<Record<string, string>>;

/** An image repository with its place in the catalogue. */
export interface ListedImage {
  readonly repository: string;
  readonly path: DocumentPath;
}

/** Every image of a service. The first one stands for the service where one version is shown. */
export function listedImages(
  name: string,
  { image, images }: { readonly image?: string | undefined; readonly images?: ServiceImages | undefined },
  registry: string,
): readonly [ListedImage, ...ListedImage[]] {
  const path = (...keys: readonly string[]): DocumentPath => ["services", name, ...keys];
  const [first, ...more] = Object.entries(images ?? {}).map(([key, repository]) => ({
    repository,
    path: path("images", key),
  }));
  if (first !== undefined) return [first, ...more];
  return [{ repository: image ?? `${registry}/${name}`, path: path("image") }];
}

/** The image repositories of a plan or of a record of one. */
export function repositories({
  image,
  images,
}: {
  image: string;
  images?: ServiceImages | undefined;
}): string[] {
  return images === undefined ? [image] : Object.values(images);
}

/** The keys of a service's values files that a promotion writes. */
export function tagKeys(images: ServiceImages | undefined): string[] {
  return images === undefined ? ["image.tag"] : Object.keys(images).map((name) => `images.${name}.tag`);
}

import { repositories, type ServiceImages } from "../../model/images.ts";
import type { ServicePlan } from "../../model/plan.ts";
import type { Version } from "./fleet-status.ts";
import type { FreightReference, LiveImage } from "./live.ts";

/** The default tag: the push's time in UTC, then the short commit. */
const DEFAULT_TAG = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)-([0-9a-f]{7})$/;

/**
 * Reads the push's time and the commit from a default tag.
 * @returns undefined for any other tag, also for one whose digits are no time
 */
export function tagParts(tag: string): { readonly pushedAt: string; readonly commit: string } | undefined {
  const [, year, month, day, hour, minute, second, commit] = DEFAULT_TAG.exec(tag) ?? [];
  if (commit === undefined) return undefined;
  const pushedAt = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  const moment = new Date(pushedAt);
  // Date would take 31 February as 3 March.
  if (Number.isNaN(moment.getTime()) || moment.toISOString() !== pushedAt.replace("Z", ".000Z"))
    return undefined;
  return { pushedAt, commit };
}

/** The images of a service; Freight may carry others too. */
type OwnImages = Pick<ServicePlan["warehouse"], "image" | "images">;

/**
 * Freight in the words of the service's images. Its commit and the push's time are those of the first one.
 * @param since when a Stage got it
 */
export function versionOf(freight: FreightReference, own: OwnImages, since?: string): Version {
  const image = imageOf(freight, own.image) ?? freight.images[0];
  const tag = image?.tag ?? "";
  const parts = tagParts(tag);
  const commit = parts?.commit ?? freight.commit?.slice(0, 7);
  return {
    freight: freight.name,
    tag,
    ...(own.images && { tags: tagsOf(freight, own.images) }),
    ...(commit !== undefined && { commit }),
    ...(parts && { pushedAt: parts.pushedAt }),
    ...(since && { since }),
  };
}

function tagsOf(freight: FreightReference, images: ServiceImages): Record<string, string> {
  const tags = Object.entries(images).map(([name, repository]) => [name, imageOf(freight, repository)?.tag]);
  return Object.fromEntries(tags.filter(([, tag]) => tag !== undefined));
}

function imageOf({ images }: FreightReference, repository: string): LiveImage | undefined {
  return images.find(({ repoURL }) => repoURL === repository);
}

/**
 * Whether an Application runs the images of Freight, each of them.
 * @param running the Application's images
 * @returns undefined if it has none of their repositories, so nobody can tell
 */
export function runsAll(
  running: readonly string[],
  freight: FreightReference,
  own: OwnImages,
): boolean | undefined {
  const found = repositories(own).flatMap((repository) => imageOf(freight, repository) ?? []);
  const images = found.length > 0 ? found : freight.images.slice(0, 1);
  const answers = images.flatMap((image) => runs(running, image) ?? []);
  return answers.length === 0 ? undefined : answers.every((answer) => answer);
}

/**
 * Whether an Application's images contain an image. Its list has `repository:tag`, `repository@digest`, or both.
 * @returns undefined if no image of this repository is in the list, so nobody can tell
 */
export function runs(images: readonly string[], { repoURL, tag, digest }: LiveImage): boolean | undefined {
  const versions = images
    .filter((image) => image.startsWith(`${repoURL}:`) || image.startsWith(`${repoURL}@`))
    .map((image) => image.slice(repoURL.length));
  if (versions.length === 0) return undefined;
  return versions.some((version) => {
    const [name, pinned] = version.split("@");
    return pinned === undefined || digest === undefined ? name === `:${tag}` : pinned === digest;
  });
}

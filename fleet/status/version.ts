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

/**
 * Freight in the words of the service's image.
 * @param repository the service's image repository; Freight may carry other images too
 * @param since when a Stage got it
 */
export function versionOf(freight: FreightReference, repository: string, since?: string): Version {
  const image = imageOf(freight, repository);
  const tag = image?.tag ?? "";
  const parts = tagParts(tag);
  const commit = parts?.commit ?? freight.commit?.slice(0, 7);
  return {
    freight: freight.name,
    tag,
    ...(commit !== undefined && { commit }),
    ...(parts && { pushedAt: parts.pushedAt }),
    ...(since && { since }),
  };
}

/** The service's image in Freight. */
export function imageOf({ images }: FreightReference, repository: string): LiveImage | undefined {
  return images.find(({ repoURL }) => repoURL === repository) ?? images[0];
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

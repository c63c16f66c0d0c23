import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { readList } from "../lists.ts";
import type { Item } from "./live.ts";

/** The number of objects in one response: 500 would take 60 MB more, and no less time. */
const PAGE = "250";

/**
 * Reads a list page by page. No page is kept, so `take` must keep only what it needs of an object.
 * @param path the list's path on the API server
 * @param query further parameters, such as a label selector
 * @returns why the API server refuses the list (403); undefined if it was read
 * @throws FleetError if the API server does not serve the list, or fails
 */
export async function readPages(
  cluster: Cluster,
  path: string,
  take: (item: Item) => void,
  query: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const failed = await readList(cluster, path, { ...query, limit: PAGE }, take);
  if (failed === undefined) return undefined;
  if (failed.status === 403) return messageOf(failed);
  throw new FleetError(notServed(path, failed.status, messageOf(failed)));
}

function notServed(path: string, status: number, message: string): string {
  const plural = path.slice(path.lastIndexOf("/") + 1);
  const fix = {
    404: "Is Kargo installed there, and is it the right cluster?",
    410: "The list changed for too long while it was read. Try again.",
  }[status];
  return `The API server does not list ${plural} (${status}): ${message}.${fix === undefined ? "" : ` ${fix}`}`;
}

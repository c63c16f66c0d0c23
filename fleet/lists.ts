import type { Cluster, ClusterAnswer } from "./cluster.ts";

/**
 * Reads a list of the API server page by page. No object is kept, so `take` must keep only what it needs of one.
 * @param path the list's path on the API server
 * @param query the parameters: `limit`, the number of objects in one response, and such as a label selector
 * @returns the answer that is no list; undefined if all was read
 * @throws FleetError if the API server cannot be reached
 */
export async function readList<Item>(
  cluster: Cluster,
  path: string,
  query: Readonly<Record<string, string>> & { readonly limit: string },
  take: (item: Item) => void,
): Promise<ClusterAnswer | undefined> {
  for (let next: string | undefined = ""; next !== undefined; ) {
    const parameters = new URLSearchParams({ ...query, ...(next && { continue: next }) });
    const answer = await cluster.send({
      method: "GET",
      path: `${path}?${parameters}`,
      take: (item) => take(item as Item),
    });
    const { metadata } = answer.body as { readonly metadata?: { readonly continue?: string } };
    if (answer.status !== 200 || metadata === undefined) return answer;
    next = metadata.continue || undefined;
  }
  return undefined;
}

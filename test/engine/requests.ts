import type { Cluster, ClusterAnswer, ClusterRequest, Identity } from "../../fleet/cluster.ts";

/* Requests to an API server. `as` is the identity to impersonate; default: none. */

export const get = (path: string): ClusterRequest => ({ method: "GET", path });

export const post = (path: string, body: object, as?: Identity): ClusterRequest => ({
  method: "POST",
  path,
  body,
  ...(as && { as }),
});

export const patch = (path: string, body: object, as?: Identity): ClusterRequest => ({
  ...post(path, body, as),
  method: "PATCH",
});

export const remove = (path: string, as?: Identity): ClusterRequest => ({
  method: "DELETE",
  path,
  ...(as && { as }),
});

/** The same request, which changes nothing. */
export const dry = (request: ClusterRequest, as?: Identity): ClusterRequest => ({
  ...request,
  path: `${request.path}?dryRun=All`,
  ...(as && { as }),
});

/** A request that must succeed as a precondition. @throws Error with the API server's message */
export async function sendOrThrow(cluster: Cluster, request: ClusterRequest): Promise<ClusterAnswer> {
  const answer = await cluster.send(request);
  if (answer.status >= 300)
    throw new Error(`${request.method} ${request.path}: ${JSON.stringify(answer.body)}`);
  return answer;
}

import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";

/** A Kubernetes object as the API server has it, without its status. */
export interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
}

/** Everything that an audit reads of a cluster, by kind. */
export interface LiveObjects {
  /** All objects of a kind that was read, in all namespaces. */
  all(kind: string): readonly LiveObject[];
  get(object: LiveObject): LiveObject | undefined;
}

/** How many objects one answer holds. */
const PAGE = 500;

/**
 * Reads all objects of these kinds. Lists of a whole cluster, so that a thousand namespaces take as many requests as one.
 *
 * @throws FleetError where the API server does not serve a kind, or refuses
 */
export async function readLiveObjects(
  cluster: Cluster,
  kinds: readonly Pick<LiveObject, "apiVersion" | "kind">[],
): Promise<LiveObjects> {
  const versions = new Map(kinds.map(({ kind, apiVersion }) => [kind, apiVersion]));
  const lists = await Promise.all(
    [...versions].map(async ([kind, apiVersion]) => [kind, await listOf(cluster, apiVersion, kind)] as const),
  );
  return liveObjects(new Map(lists));
}

/** What was read, with a look-up by name. */
export function liveObjects(lists: ReadonlyMap<string, readonly LiveObject[]>): LiveObjects {
  const byId = new Map([...lists.values()].flat().map((object) => [idOf(object), object]));
  return { all: (kind) => lists.get(kind) ?? [], get: (object) => byId.get(idOf(object)) };
}

/** `Role kargo-nginx/kargo-fleet-team`, `ClusterRole kargo-user`. */
export function idOf({ kind, metadata: { name, namespace } }: LiveObject): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

async function listOf(cluster: Cluster, apiVersion: string, kind: string): Promise<LiveObject[]> {
  const plural = `${kind.toLowerCase().replace(/y$/, "ie")}s`;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const found: LiveObject[] = [];
  for (let next: string | undefined = ""; next !== undefined; ) {
    const path: string = `${root}/${plural}?limit=${PAGE}${next && `&continue=${encodeURIComponent(next)}`}`;
    const answer = await cluster.send({ method: "GET", path });
    if (answer.status !== 200) {
      const fix = answer.status === 403 ? " The audit needs an administrator's kubeconfig." : "";
      throw new FleetError(
        `The API server does not list ${plural} (${answer.status}): ${messageOf(answer)}.${fix}`,
      );
    }
    const { items, metadata } = answer.body as {
      items: readonly (LiveObject & { status?: unknown })[];
      metadata: { continue?: string };
    };
    // A list names the kind of its items once, and a status is the largest part of many.
    for (const { status: _, ...item } of items) found.push({ ...item, apiVersion, kind });
    next = metadata.continue || undefined;
  }
  return found;
}

import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { readList } from "../lists.ts";

/** A Kubernetes object from the API server, without its status. */
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

/** The objects of a cluster that an audit reads, by kind. */
export interface LiveObjects {
  /** All objects of a kind in all namespaces. The kind must have been read. */
  all(kind: string): readonly LiveObject[];
  get(object: LiveObject): LiveObject | undefined;
}

/** The number of objects in one response. */
const PAGE = "500";

/**
 * Reads all objects of these kinds. It lists the whole cluster, so that a thousand namespaces need no more requests
 * than one.
 * @throws FleetError if the API server does not serve a kind, or refuses
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

/** Adds a look-up by name to lists of objects. */
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
  // Items of a list have no kind of their own. Their status, often the largest part, is dropped.
  const take = ({ status: _, ...item }: LiveObject & { readonly status?: unknown }) =>
    found.push({ ...item, apiVersion, kind });
  const failed = await readList(cluster, `${root}/${plural}`, { limit: PAGE }, take);
  if (failed) {
    const fix = failed.status === 403 ? " The audit needs an administrator's kubeconfig." : "";
    throw new FleetError(
      `The API server does not list ${plural} (${failed.status}): ${messageOf(failed)}.${fix}`,
    );
  }
  return found;
}

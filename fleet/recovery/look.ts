import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { type Fields, idOf, listOf, type PlannedObject, recordOf } from "./planned.ts";
import type { Found } from "./verdicts.ts";

/** An object's place on an API server. */
type Place = Pick<PlannedObject, "apiVersion" | "kind" | "name" | "namespace">;

interface FoundObject extends Found {
  /** Its API path. */
  readonly path: string;
  readonly live: Fields;
}

/** Finds objects of any kind on an API server. */
export interface Objects {
  /** @throws FleetError if the API server refuses */
  find(place: Place): Promise<FoundObject | undefined>;
  /**
   * Every object of a kind with a label, or in a namespace; undefined for a kind that this identity may not list.
   * @throws FleetError if the API server refuses otherwise
   */
  list(
    apiVersion: string,
    kind: string,
    where: { readonly selector: string } | { readonly namespace: string },
  ): Promise<readonly ListedObject[] | undefined>;
}

export interface ListedObject {
  readonly kind: string;
  readonly id: string;
  readonly live: Fields;
}

interface Kind {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Uses the API server's discovery to find the path of a kind, so no list of kinds can become outdated. */
export function objectsOf(cluster: Cluster): Objects {
  const versions = new Map<string, Promise<ReadonlyMap<string, Kind>>>();
  let ready: Promise<void> | undefined;
  const discovered = async (apiVersion: string) => {
    ready ??= untilReady(cluster);
    await ready;
    return discover(cluster, apiVersion);
  };
  const kindOf = async (apiVersion: string, kind: string) => {
    const known = versions.get(apiVersion) ?? discovered(apiVersion);
    versions.set(apiVersion, known);
    return (await known).get(kind);
  };
  return {
    find: async ({ apiVersion, kind, name, namespace }) => {
      const known = await kindOf(apiVersion, kind);
      if (known === undefined) return undefined;
      const where = known.namespaced ? `/namespaces/${namespace ?? "default"}` : "";
      const path = `${root(apiVersion)}${where}/${known.plural}/${name}`;
      const answer = await cluster.send({ method: "GET", path });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw refusal(`read ${kind} ${name}`, answer.status, messageOf(answer));
      const live = recordOf(answer.body);
      const metadata = recordOf(live.metadata);
      const { labels, deletionTimestamp } = metadata;
      return {
        id: idOf(metadata),
        path,
        labels: recordOf(labels) as Record<string, string>,
        deleting: deletionTimestamp !== undefined,
        live,
      };
    },
    list: async (apiVersion, kind, where) => {
      const known = await kindOf(apiVersion, kind);
      if (known === undefined) return undefined;
      const place = "namespace" in where && known.namespaced ? `/namespaces/${where.namespace}` : "";
      const query = "selector" in where ? `?labelSelector=${encodeURIComponent(where.selector)}` : "";
      const path = `${root(apiVersion)}${place}/${known.plural}${query}`;
      const answer = await cluster.send({ method: "GET", path });
      if (answer.status === 403 || answer.status === 404) return undefined;
      if (answer.status !== 200) throw refusal(`list ${known.plural}`, answer.status, messageOf(answer));
      return listOf(recordOf(answer.body).items).map((live) => ({
        kind,
        id: idOf(recordOf(live.metadata)),
        live,
      }));
    },
  };
}

/** A starting API server serves custom resources last. Asking too early would make them look deleted. */
async function untilReady(cluster: Cluster): Promise<void> {
  // If this identity may not read the readiness, the server counts as ready.
  await cluster.send({ method: "GET", path: "/readyz", attempts: READY });
}

/** Attempts for a minute. */
const READY = 18;
/** How long to wait for a kind that the API server does not serve, in seconds. */
const SERVED = 5;

async function discover(
  cluster: Cluster,
  apiVersion: string,
  waited = 0,
): Promise<ReadonlyMap<string, Kind>> {
  const answer = await cluster.send({ method: "GET", path: root(apiVersion) });
  if (answer.status === 404 && waited < SERVED) {
    await pause(1000);
    return discover(cluster, apiVersion, waited + 1);
  }
  // A version that is not served has no objects.
  if (answer.status === 404) return new Map();
  if (answer.status !== 200)
    throw refusal(`list the kinds of ${apiVersion}`, answer.status, messageOf(answer));
  return new Map(
    listOf(recordOf(answer.body).resources)
      .filter(({ name }) => !String(name).includes("/"))
      .map(({ kind, name, namespaced }) => [
        String(kind),
        { plural: String(name), namespaced: namespaced === true },
      ]),
  );
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function refusal(what: string, status: number, message: string): FleetError {
  const fix = status === 403 ? " Name a kubeconfig with that right with --kubeconfig." : "";
  return new FleetError(`The API server does not let us ${what} (${status}): ${message}.${fix}`);
}

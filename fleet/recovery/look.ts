import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { type PlannedObject, recordOf } from "./planned.ts";
import type { Found } from "./verdicts.ts";

/** Finds objects of any kind on an API server. */
export interface Objects {
  /** The API path of an object. @throws FleetError if its kind is not served */
  pathOf(object: Omit<PlannedObject, "creation">): Promise<string>;
  /** @throws FleetError if the API server refuses */
  find(object: Omit<PlannedObject, "creation">): Promise<Found | undefined>;
  /**
   * Every object of a kind with a label; empty for a kind that this identity may not list.
   * @throws FleetError if the API server refuses otherwise
   */
  labelled(apiVersion: string, kind: string, selector: string): Promise<readonly ListedObject[]>;
  /** The same; undefined for a kind that this identity may not list. */
  ifListed(apiVersion: string, kind: string, selector: string): Promise<readonly ListedObject[] | undefined>;
  /** Every object of a kind in a namespace, with the rules of {@link labelled}. */
  inNamespace(apiVersion: string, kind: string, namespace: string): Promise<readonly ListedObject[]>;
}

export interface ListedObject {
  readonly kind: string;
  readonly id: string;
  /** The whole object. */
  readonly live: Readonly<Record<string, unknown>>;
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
  const list = async (apiVersion: string, kind: string, query: string, namespace?: string) => {
    const known = await kindOf(apiVersion, kind);
    if (known === undefined) return undefined;
    const where = namespace === undefined || !known.namespaced ? "" : `/namespaces/${namespace}`;
    const path = `${root(apiVersion)}${where}/${known.plural}${query}`;
    const answer = await cluster.send({ method: "GET", path });
    if (answer.status === 403 || answer.status === 404) return undefined;
    if (answer.status !== 200) throw refusal(`list ${known.plural}`, answer.status, messageOf(answer));
    const { items } = recordOf(answer.body);
    return (Array.isArray(items) ? items : []).map((item) => ({
      kind,
      id: idOf(item),
      live: recordOf(item),
    }));
  };
  const pathOf = async ({ apiVersion, kind, name, namespace }: Omit<PlannedObject, "creation">) => {
    const known = await kindOf(apiVersion, kind);
    if (known === undefined) return undefined;
    const where = known.namespaced ? `/namespaces/${namespace ?? "default"}` : "";
    return `${root(apiVersion)}${where}/${known.plural}/${name}`;
  };
  return {
    pathOf: async (object) => {
      const path = await pathOf(object);
      if (path === undefined)
        throw new FleetError(`The API server does not serve ${object.kind} of ${object.apiVersion}.`);
      return path;
    },
    find: async (object) => {
      const path = await pathOf(object);
      if (path === undefined) return undefined;
      const answer = await cluster.send({ method: "GET", path });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200)
        throw refusal(`read ${object.kind} ${object.name}`, answer.status, messageOf(answer));
      return foundOf(answer.body);
    },
    labelled: async (apiVersion, kind, selector) => (await list(apiVersion, kind, labels(selector))) ?? [],
    ifListed: (apiVersion, kind, selector) => list(apiVersion, kind, labels(selector)),
    inNamespace: async (apiVersion, kind, namespace) => (await list(apiVersion, kind, "", namespace)) ?? [],
  };
}

function labels(selector: string): string {
  return `?labelSelector=${encodeURIComponent(selector)}`;
}

function foundOf(body: unknown): Found {
  const live = recordOf(body);
  const { labels, deletionTimestamp } = recordOf(live.metadata);
  return {
    id: idOf(live),
    labels: recordOf(labels) as Record<string, string>,
    deleting: deletionTimestamp !== undefined,
    live,
  };
}

/** The object's id in the form of the Kubernetes provider. */
function idOf(object: unknown): string {
  const { name, namespace } = recordOf(recordOf(object).metadata);
  return namespace === undefined ? String(name) : `${namespace}/${name}`;
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
  const { resources } = recordOf(answer.body);
  const kinds = (Array.isArray(resources) ? resources : []).map(recordOf);
  return new Map(
    kinds
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

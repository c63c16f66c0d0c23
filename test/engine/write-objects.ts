import type { Cluster } from "../../fleet/cluster.ts";
import { inParallel } from "../../fleet/parallel.ts";
import { patch, post, sendOrThrow } from "./requests.ts";

/** An object of Kargo or Argo CD with its status. */
export interface WithStatus {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly status?: unknown;
}

const CONCURRENCY = 32;

/** Creates namespaces, or leaves them. */
export async function createNamespaces(admin: Cluster, names: readonly string[]): Promise<void> {
  const create = (name: string) => async () => {
    const answer = await admin.send(post("/api/v1/namespaces", { metadata: { name } }));
    if (answer.status >= 300 && answer.status !== 409) throw new Error(JSON.stringify(answer.body));
  };
  await inParallel(names.map(create), CONCURRENCY);
}

/**
 * Creates objects with their status, as their controllers would. The API server sets their creation times.
 * @throws Error with the API server's message
 */
export async function writeObjects(admin: Cluster, objects: Iterable<WithStatus>): Promise<void> {
  await inParallel(steps(admin, objects), CONCURRENCY);
}

function* steps(admin: Cluster, objects: Iterable<WithStatus>): Generator<() => Promise<void>> {
  for (const object of objects) yield () => write(admin, object);
}

async function write(admin: Cluster, { metadata, status, ...object }: WithStatus): Promise<void> {
  const { name, namespace, ...more } = metadata;
  const path = `/apis/${object.apiVersion}/namespaces/${namespace}/${object.kind.toLowerCase()}s`;
  // An Application has no status subresource: its status is a field like any other.
  const whole = object.kind === "Application";
  const body = { ...object, metadata: { name, ...without(more) }, ...(whole && { status }) };
  await sendOrThrow(admin, post(path, body));
  if (whole || status === undefined) return;
  await sendOrThrow(admin, patch(`${path}/${name}/status`, { status }));
}

/** The metadata without the fields that the API server sets. */
function without(metadata: object): object {
  const { creationTimestamp: _, generation: __, ...kept } = metadata as Record<string, unknown>;
  return kept;
}

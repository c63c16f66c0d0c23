import { ARGOCD_API } from "../../manifests/argo-cd.ts";
import { KARGO_API } from "../../manifests/kargo-types.ts";
import { SERVICE_LABEL } from "../../model/labels.ts";
import { ARGOCD_NAMESPACE } from "../../model/names.ts";
import type { ServicePlan } from "../../model/plan.ts";
import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { readList } from "../lists.ts";
import { inParallel } from "../parallel.ts";
import {
  type Item,
  type LiveApplication,
  type LivePipeline,
  type LivePipelines,
  liveApplication,
  PIPELINE_LISTS,
} from "./live.ts";

/** Up to so many services are read one by one: the rest of a large cluster would be read in vain. */
const FEW = 10;
const CONCURRENCY = 8;
/** The number of objects in one response: 500 would take 60 MB more, and no less time. */
const PAGE = "250";

/**
 * Reads the pipelines of these services with the caller's rights. It lists the whole cluster, so that a thousand
 * namespaces need no thousand requests. If the caller may not, it lists namespace by namespace.
 * @throws FleetError if the cluster cannot be reached, or has no Kargo
 */
export async function readPipelines(
  cluster: Cluster,
  services: readonly ServicePlan[],
  told: (text: string) => void,
): Promise<LivePipelines> {
  const projects = new Map(
    services.map(({ project }): [string, LivePipeline] => [
      project,
      { stages: [], freights: [], promotions: [] },
    ]),
  );
  const refused = new Map<string, string>();
  const taking = (kind: string) => (item: Item) => {
    const pipeline = projects.get(item.metadata.namespace ?? "");
    if (pipeline) PIPELINE_LISTS[kind]?.(pipeline, item);
  };
  const inEach = (kind: string) =>
    inParallel(
      services.map(({ project }) => async () => {
        const path = `/apis/${KARGO_API}/namespaces/${project}/${kind}`;
        const refusal = await readPages(cluster, path, taking(kind));
        if (refusal !== undefined) refused.set(project, refusal);
      }),
      CONCURRENCY,
      (done) => told(`${kind} of ${done} of ${services.length} namespaces`),
    );
  const read = async (kind: string) => {
    if (services.length > FEW) {
      told(kind);
      const refusal = await readPages(cluster, `/apis/${KARGO_API}/${kind}`, taking(kind));
      if (refusal === undefined) return;
    }
    await inEach(kind);
  };
  const [applications] = await Promise.all([
    readApplications(cluster, services),
    ...Object.keys(PIPELINE_LISTS).map(read),
  ]);
  return { projects, refused, ...applications };
}

/** Teams have no right on Applications in Kubernetes, only in Argo CD. */
async function readApplications(
  cluster: Cluster,
  services: readonly ServicePlan[],
): Promise<Pick<LivePipelines, "applications" | "limits">> {
  const applications = new Map<string, LiveApplication>();
  const path = `/apis/${ARGOCD_API}/namespaces/${ARGOCD_NAMESPACE}/applications`;
  const names = services.map(({ name }) => name).join(",");
  const refusal = await readPages(
    cluster,
    path,
    (item) => applications.set(item.metadata.name, liveApplication(item)),
    services.length <= FEW ? { labelSelector: `${SERVICE_LABEL} in (${names})` } : {},
  );
  if (refusal === undefined) return { applications, limits: [] };
  const limit = `Without the right to list Applications in namespace ${ARGOCD_NAMESPACE} it is unknown what waits for a sync, and health is Kargo's word alone (${refusal}).`;
  return { applications: undefined, limits: [limit] };
}

/**
 * Reads a list page by page. No page is kept, so `take` must keep only what it needs of an object.
 * @param path the list's path on the API server
 * @param query further parameters, such as a label selector
 * @returns why the API server refuses the list (403); undefined if it was read
 * @throws FleetError if the API server does not serve the list, or fails
 */
async function readPages(
  cluster: Cluster,
  path: string,
  take: (item: Item) => void,
  query: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const failed = await readList(cluster, path, { ...query, limit: PAGE }, take);
  if (failed === undefined) return undefined;
  const { status } = failed;
  const message = messageOf(failed);
  if (status === 403) return message;
  const plural = path.slice(path.lastIndexOf("/") + 1);
  const fix = {
    404: " Is Kargo installed there, and is it the right cluster?",
    410: " The list changed for too long while it was read. Try again.",
  }[status];
  throw new FleetError(`The API server does not list ${plural} (${status}): ${message}.${fix ?? ""}`);
}

import { z } from "zod";
import { KARGO_API } from "../../manifests/kargo-types.ts";
import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { readList } from "../lists.ts";
import {
  type Item,
  type LiveFreight,
  type LiveStage,
  liveFreight,
  livePromotion,
  liveStage,
  text,
} from "../status/live.ts";
import type { ReleaseEntry } from "./release.ts";

/** What the cluster has of one service. */
export interface LiveService {
  readonly stages: readonly LiveStage[];
  readonly freights: readonly LiveFreight[];
  /** The oldest first. */
  readonly promotions: readonly ReleasePromotion[];
}

/** A Promotion with what a status drops of it. */
export type ReleasePromotion = ReturnType<typeof releasePromotion>;

/** The number of objects in one response. */
const PAGE = "250";

/** The caller may not read a Kargo Project. */
export class NotAllowed extends FleetError {}

/**
 * Reads the Stages, the Freight and the Promotions of a Kargo Project.
 * @throws NotAllowed if the caller may not, FleetError if it fails
 */
export async function readLive(cluster: Cluster, project: string): Promise<LiveService> {
  const list = async <T>(kind: string, keep: (item: Item) => T) => {
    const path = `/apis/${KARGO_API}/namespaces/${project}/${kind}`;
    const found: T[] = [];
    const failed = await readList(cluster, path, { limit: PAGE }, (item: Item) => found.push(keep(item)));
    if (failed === undefined) return found;
    const why = `The ${kind} of ${project} cannot be read: ${messageOf(failed)}.`;
    throw failed.status === 403 ? new NotAllowed(why) : new FleetError(why);
  };
  const [stages, freights, promotions] = await Promise.all([
    list("stages", liveStage),
    list("freights", liveFreight),
    list("promotions", releasePromotion),
  ]);
  return { stages, freights, promotions: promotions.toSorted(byAge) };
}

export function releasePromotion(item: Item) {
  return { ...livePromotion(item), name: item.metadata.name, message: text(item.status, "message") };
}

function byAge(a: ReleasePromotion, b: ReleasePromotion): number {
  return a.createdAt.localeCompare(b.createdAt) || a.name.localeCompare(b.name);
}

/**
 * Whether the caller may promote to the entry's Stage. Kargo's admission asks the same of the API server. It then
 * answers 500 to a Promotion, so asking first gives the better message.
 */
export async function mayPromote(cluster: Cluster, { project, stage }: ReleaseEntry): Promise<boolean> {
  const [group, version] = KARGO_API.split("/");
  const attributes = { group, version, resource: "stages", verb: "promote", namespace: project, name: stage };
  const answer = await cluster.send({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: attributes },
    },
  });
  const review = z.object({ status: z.object({ allowed: z.boolean() }) }).safeParse(answer.body);
  if (!review.success)
    throw new FleetError(`The API server does not say whether you may promote: ${messageOf(answer)}.`);
  return review.data.status.allowed;
}

/**
 * Kargo's admission names a Promotion and writes its steps anew from the Stage, before the API server checks that it
 * has any. If it did not, this step would fail.
 */
const STEPS = [{ uses: "written-by-kargo" }];

/**
 * Creates the Promotion of an entry.
 * @returns the API server's message if it refuses, such as that of a closed window; undefined if it is created
 */
export async function createPromotion(
  cluster: Cluster,
  { project, stage, freight }: ReleaseEntry,
): Promise<string | undefined> {
  const answer = await cluster.send({
    method: "POST",
    path: `/apis/${KARGO_API}/namespaces/${project}/promotions`,
    body: {
      apiVersion: KARGO_API,
      kind: "Promotion",
      metadata: { generateName: "promo-", namespace: project },
      spec: { stage, freight, steps: STEPS },
    },
  });
  return answer.status === 201 ? undefined : messageOf(answer);
}

/** The images and charts of Freight with their versions, such as `registry.example/nginx:20261128133800-bbb1234`. */
export function artifactsOf({ images, charts }: Pick<LiveFreight, "images" | "charts">): string[] {
  return [
    ...images.map(({ repoURL, tag }) => `${repoURL}:${tag}`),
    ...charts.map(
      ({ repoURL, name, version }) => `${[repoURL, ...(name ? [name] : [])].join("/")}:${version}`,
    ),
  ];
}

/** The names of the Freight that a Stage runs; none before its first Promotion. */
export function freightIn({ stages }: LiveService, stage: string): readonly string[] {
  return stages.find(({ name }) => name === stage)?.held ?? [];
}

import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, type ClusterRequest, messageOf } from "../../fleet/cluster.ts";
import { SandboxError } from "../sandbox-error.ts";
import { application, freight, promotion, type SampleObject, stage } from "./objects.ts";
import { type SampleService, storyOf } from "./story.ts";

/** The services that get samples: more would only cost time. */
const MOST = 12;

/** Kubernetes counts creation times in seconds, and Kargo's order of Freight is that of its creation. */
const NEXT_SECOND = 1_100;

/** The guards let only the controllers write states, so the sandbox's administrator acts as them. */
const AS = {
  kargo: { user: "system:serviceaccount:kargo:kargo-controller", groups: ["system:masters"] },
  argoCd: { user: "system:serviceaccount:argocd:argocd-application-controller", groups: ["system:masters"] },
} as const;

/**
 * Writes Freight, Promotions and states into the API server, as Kargo and Argo CD would. Nothing that the program
 * provisions is changed: only states, and objects that are Kargo's own. If Argo CD runs, it soon writes the real states of
 * Applications again.
 * @throws SandboxError with the API server's message
 */
export async function seedSamples(
  cluster: Cluster,
  services: readonly SampleService[],
  now: Date,
): Promise<void> {
  const chosen = services
    .slice(0, MOST)
    .map((service, index) => ({ service, story: storyOf(service, index, now) }));
  const create = async (plural: string, object: SampleObject) => {
    const collection = pathOf(plural, object);
    await demand(cluster, { method: "POST", path: collection, body: object, as: AS.kargo });
    await putStatus(plural, object);
  };
  // The API server takes these states only at a path of their own.
  const putStatus = (plural: string, object: SampleObject) =>
    demand(cluster, {
      method: "PATCH",
      path: `${pathOf(plural, object)}/${object.metadata.name}/status`,
      body: { status: object.status },
      as: AS.kargo,
    });
  await Promise.all(
    chosen.map(({ service, story }) => create("freights", freight(service, story.versions[0], story))),
  );
  await pause(NEXT_SECOND);
  await Promise.all(
    chosen.flatMap(({ service, story }) => [
      create("freights", freight(service, story.versions[1], story)),
      ...story.promotions.map((each, index) => create("promotions", promotion(service, each, index))),
      ...service.stages
        .filter(({ deployment }) => deployment !== undefined)
        .map(({ name }) => putStatus("stages", stage(service, name, story))),
    ]),
  );
  // Last, so that a status that is read at once finds these.
  const applications = chosen.flatMap(({ service, story }) =>
    service.stages.flatMap(({ name, deployment }) =>
      deployment === undefined ? [] : [application(service, name, deployment.application, story)],
    ),
  );
  const patches = applications.map((object) =>
    demand(cluster, {
      method: "PATCH",
      path: `${pathOf("applications", object)}/${object.metadata.name}`,
      body: { status: object.status },
      as: AS.argoCd,
    }),
  );
  await Promise.all(patches);
}

async function demand(cluster: Cluster, request: ClusterRequest): Promise<void> {
  const answer = await cluster.send(request);
  if (answer.status >= 300)
    throw new SandboxError(
      `The API server refused the sample ${request.path} (${answer.status}): ${messageOf(answer)}`,
    );
}

function pathOf(plural: string, { apiVersion, metadata: { namespace } }: SampleObject): string {
  return `/apis/${apiVersion}/namespaces/${namespace}/${plural}`;
}

import { setTimeout as pause } from "node:timers/promises";
import type { KubernetesApi } from "../kubernetes-api.ts";
import { application, freight, promotion, type SampleObject, stage } from "./objects.ts";
import { type SampleService, storyOf } from "./story.ts";

/** The services that get samples: more would only cost time. */
const MOST = 12;

/** Kubernetes counts creation times in seconds, and Kargo's order of Freight is that of its creation. */
const NEXT_SECOND = 1_100;

/**
 * Writes Freight, Promotions and states, as Kargo and Argo CD would, into the API server. Nothing that the program
 * provisions is changed: only statuses, and objects that are Kargo's own.
 * @param options.applications false if Argo CD runs, which writes the Applications' states itself
 */
export async function seedSamples(
  api: KubernetesApi,
  services: readonly SampleService[],
  options: { readonly now: Date; readonly applications: boolean },
): Promise<void> {
  const chosen = services
    .slice(0, MOST)
    .map((service, index) => ({ service, story: storyOf(service, index, options.now) }));
  await Promise.all(
    chosen.map(({ service, story }) => put(api, "freights", freight(service, story.versions[0], story))),
  );
  await pause(NEXT_SECOND);
  await Promise.all(
    chosen.flatMap(({ service, story }) => [
      put(api, "freights", freight(service, story.versions[1], story)),
      ...story.promotions.map((each, index) => put(api, "promotions", promotion(service, each, index))),
      ...service.stages.flatMap(({ name, deployment }) =>
        deployment === undefined
          ? []
          : [
              putStatus(api, "stages", stage(service, name, story)),
              ...(options.applications
                ? [putWhole(api, "applications", application(service, name, deployment.application, story))]
                : []),
            ],
      ),
    ]),
  );
}

async function put(api: KubernetesApi, plural: string, object: SampleObject): Promise<void> {
  await putWhole(api, plural, object);
  await putStatus(api, plural, object);
}

function putWhole(api: KubernetesApi, plural: string, object: SampleObject): Promise<void> {
  return api.apply(pathOf(plural, object), JSON.stringify(object));
}

/** The API server takes a status only at its own path. */
function putStatus(api: KubernetesApi, plural: string, object: SampleObject): Promise<void> {
  return api.apply(`${pathOf(plural, object)}/status`, JSON.stringify(object));
}

function pathOf(plural: string, { apiVersion, metadata: { namespace, name } }: SampleObject): string {
  return `/apis/${apiVersion}/namespaces/${namespace}/${plural}/${name}`;
}

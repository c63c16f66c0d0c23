import type { KubernetesApi } from "./kubernetes-api.ts";

const SELECTOR = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Dkargo-fleet";

/**
 * Lists every object with our label, as `Stage kargo-nginx/dev`, sorted. The API server's discovery lists the
 * kinds, so none is forgotten.
 */
export async function labelledObjects(api: KubernetesApi): Promise<readonly string[]> {
  const kinds = await listableKinds(api);
  const lists = kinds.map(async ({ root, plural, kind }) => {
    const { items } = (await api.get(`${root}/${plural}?${SELECTOR}`)) as {
      items: readonly { metadata: { name: string; namespace?: string } }[];
    };
    return items.map(
      ({ metadata: { name, namespace } }) => `${kind} ${namespace ? `${namespace}/` : ""}${name}`,
    );
  });
  return (await Promise.all(lists)).flat().sort();
}

/** The kinds that can be listed; `root` is an API path, such as `/apis/kargo.akuity.io/v1alpha1`. */
async function listableKinds(api: KubernetesApi) {
  const { groups } = (await api.get("/apis")) as {
    groups: readonly { preferredVersion: { groupVersion: string } }[];
  };
  const roots = [
    "/api/v1",
    ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const lists = roots.map(async (root) => {
    const { resources } = (await api.get(root)) as {
      resources: readonly { name: string; kind: string; verbs: readonly string[] }[];
    };
    return resources
      .filter(({ name, verbs }) => verbs.includes("list") && !name.includes("/"))
      .map(({ name, kind }) => ({ root, plural: name, kind }));
  });
  return (await Promise.all(lists)).flat();
}

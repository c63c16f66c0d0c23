import { setTimeout as pause } from "node:timers/promises";
import type { KubernetesObject } from "../../manifests/objects.ts";
import { DEFINITIONS } from "../../sandbox/crds/releases.ts";
import { connectionOf, kubernetesApi } from "../../sandbox/kubernetes-api.ts";

/** An object as the API server would store it, or why it refuses. */
export type Verdict = { readonly stored: StoredObject } | { readonly refusal: string };

export interface StoredObject extends KubernetesObject {
  readonly metadata: KubernetesObject["metadata"] & {
    readonly resourceVersion: string;
    /** Counts changes of the spec; some kinds have none. */
    readonly generation?: number;
  };
}

export type ApplyServer = Awaited<ReturnType<typeof applyServer>>;

/** Server-side apply with strict field validation. @param kubeconfig of the caller */
export async function applyServer(kubeconfig: string) {
  const api = kubernetesApi(await connectionOf(kubeconfig), 60_000);
  const send = async (object: KubernetesObject, query: string): Promise<Verdict> => {
    const body = { type: "application/apply-patch+yaml", text: JSON.stringify(object) };
    const path = `${pathOf(object)}?fieldManager=kargo-fleet&fieldValidation=Strict&force=true${query}`;
    const { status, text } = await api.send("PATCH", path, body);
    const answer: unknown = JSON.parse(text);
    return status < 300
      ? { stored: answer as StoredObject }
      : { refusal: `${status} ${(answer as { message?: string }).message ?? text}` };
  };
  return {
    /** The result of a dry run; nothing is stored. */
    dryRun: (object: KubernetesObject) => send(object, "&dryRun=All"),
    apply: (object: KubernetesObject) => send(object, ""),
    /** Whether the object exists. */
    has: async (object: KubernetesObject) => (await api.send("GET", pathOf(object))).status !== 404,
    /** Deletes the object and waits until it is gone. */
    remove: async (object: KubernetesObject) => {
      await api.send("DELETE", pathOf(object));
      const deadline = Date.now() + 60_000;
      while ((await api.send("GET", pathOf(object))).status !== 404) {
        if (Date.now() > deadline) throw new Error(`${pathOf(object)} is still there`);
        await pause(200);
      }
    },
    close: api.close,
  };
}

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: "namespaces",
  Secret: "secrets",
  ServiceAccount: "serviceaccounts",
  ConfigMap: "configmaps",
  NetworkPolicy: "networkpolicies",
  Ingress: "ingresses",
  ClusterRoleBinding: "clusterrolebindings",
  Role: "roles",
  RoleBinding: "rolebindings",
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
  ValidatingAdmissionPolicyBinding: "validatingadmissionpolicybindings",
  ...Object.fromEntries(DEFINITIONS.map(({ kind, plural }) => [kind, plural])),
};

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): string {
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`no path for kind ${kind}`);
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${plural}/${encodeURIComponent(name)}`;
}

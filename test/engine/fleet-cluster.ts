import { kubectl } from "./commands.ts";
import type { SharedControlPlane } from "./control-plane.ts";

/** An object as the API server returns it. */
export interface LiveObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

const KINDS = [
  "namespaces",
  "projects.kargo.akuity.io",
  "projectconfigs.kargo.akuity.io",
  "warehouses.kargo.akuity.io",
  "stages.kargo.akuity.io",
  "clusterpromotiontasks.kargo.akuity.io",
  "roles.rbac.authorization.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  "serviceaccounts",
  "secrets",
  "validatingadmissionpolicies.admissionregistration.k8s.io",
  "validatingadmissionpolicybindings.admissionregistration.k8s.io",
  "appprojects.argoproj.io",
  "applications.argoproj.io",
  "eventbus.argoproj.io",
  "eventsources.argoproj.io",
  "sensors.argoproj.io",
  "clusterworkflowtemplates.argoproj.io",
  "configmaps",
  "networkpolicies.networking.k8s.io",
];

interface Definition {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: unknown } }[] };
}

/** The contents of a stack's cluster, from the API server. */
export function fleetCluster(plane: SharedControlPlane) {
  /** Our objects by name: `Kind namespace/name`. @param more kinds besides those of every test */
  const live = async (more: readonly string[] = []): Promise<ReadonlyMap<string, LiveObject>> => {
    const labels = "app.kubernetes.io/managed-by=kargo-fleet";
    const kinds = [...KINDS, ...more].join();
    const { items } = JSON.parse(await kubectl(plane, ["get", kinds, "-A", "-l", labels, "-o", "json"])) as {
      items: LiveObject[];
    };
    return new Map(
      items.map((item) => [`${item.kind} ${item.metadata.namespace ?? ""}/${item.metadata.name}`, item]),
    );
  };
  return {
    live,
    /** The same names, sorted. */
    objects: async (): Promise<readonly string[]> => [...(await live()).keys()].sort(),
    /** Adds a pattern to a field of `spec` in a definition; the returned function removes it. */
    narrowDefinition: async (definition: string, field: string, pattern: string) => {
      const { spec } = JSON.parse(
        await kubectl(plane, ["get", "crd", definition, "-o", "json"]),
      ) as Definition;
      const replace = (value: unknown) => {
        const patch = [{ op: "replace", path: "/spec/versions/0/schema/openAPIV3Schema", value }];
        return kubectl(plane, ["patch", "crd", definition, "--type=json", "-p", JSON.stringify(patch)]);
      };
      const free = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
      const narrow = { ...free, properties: { [field]: { type: "string", pattern } } };
      await replace({ ...free, properties: { spec: narrow } });
      return () => replace(spec.versions[0]?.schema.openAPIV3Schema);
    },
    /** One object from the API server. */
    get: async <Kind = Record<string, unknown>>(kind: string, name: string, namespace = "default") =>
      JSON.parse(await kubectl(plane, ["get", kind, name, "-n", namespace, "-o", "json"])) as Kind,
  };
}

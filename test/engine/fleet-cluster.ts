import { execa } from "execa";
import type { SharedControlPlane } from "./control-plane.ts";

/** The contents of a stack's cluster, from the API server. */
export interface FleetCluster {
  /** The names of our objects: `Kind namespace/name`, sorted. */
  objects(): Promise<readonly string[]>;
  /** Our objects by the same names. @param more kinds besides those of every test */
  live(more?: readonly string[]): Promise<ReadonlyMap<string, LiveObject>>;
  /** Adds a pattern to a field of `spec` in a definition; the returned function removes it. */
  narrowDefinition(definition: string, field: string, pattern: string): Promise<() => Promise<unknown>>;
  /** One object from the API server. */
  get(kind: string, name: string, namespace?: string): Promise<Record<string, unknown>>;
}

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

/** The shared control plane as its administrator. */
export function fleetCluster(plane: SharedControlPlane): FleetCluster {
  const kubectl = async (...args: string[]) =>
    (await execa(plane.programs.kubectl, ["--kubeconfig", plane.admin, ...args])).stdout;
  const live = async (more: readonly string[] = []) => {
    const labels = "app.kubernetes.io/managed-by=kargo-fleet";
    const kinds = [...KINDS, ...more].join();
    const { items } = JSON.parse(await kubectl("get", kinds, "-A", "-l", labels, "-o", "json")) as {
      items: LiveObject[];
    };
    return new Map(
      items.map((item) => [`${item.kind} ${item.metadata.namespace ?? ""}/${item.metadata.name}`, item]),
    );
  };
  return {
    live,
    objects: async () => [...(await live()).keys()].sort(),
    narrowDefinition: async (definition, field, pattern) => {
      const { spec } = JSON.parse(await kubectl("get", "crd", definition, "-o", "json")) as Definition;
      const replace = (value: unknown) => {
        const patch = [{ op: "replace", path: "/spec/versions/0/schema/openAPIV3Schema", value }];
        return kubectl("patch", "crd", definition, "--type=json", "-p", JSON.stringify(patch));
      };
      const free = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
      const narrow = { ...free, properties: { [field]: { type: "string", pattern } } };
      await replace({ ...free, properties: { spec: narrow } });
      return () => replace(spec.versions[0]?.schema.openAPIV3Schema);
    },
    get: async (kind, name, namespace = "default") =>
      JSON.parse(await kubectl("get", kind, name, "-n", namespace, "-o", "json")),
  };
}

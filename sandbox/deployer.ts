import { deployerObjects } from "../fleet/deployer.ts";
import { IDENTITIES } from "./control-plane/credentials.ts";

/** A Kubernetes object and the path of the API that it is applied to. */
export interface AppliedObject {
  readonly path: string;
  readonly object: object;
}

/** The namespaces that installations of Kargo, Argo CD and Argo Events make. */
export const INSTALLED_NAMESPACES = [
  "kargo",
  "kargo-shared-resources",
  "kargo-system-resources",
  "argocd",
  "argo-events",
] as const;

/** Where the program's EventSources, Sensors and the secrets of its webhooks are. */
export const EVENTS_NAMESPACE = "kargo-fleet-events";

/**
 * What the real installations would have made before the first `pulumi up`: their namespaces, and Kargo's ClusterRole
 * for whoever may log in (its chart, templates/users/cluster-roles.yaml).
 */
export function installedObjects(): readonly AppliedObject[] {
  const namespaces = INSTALLED_NAMESPACES.map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  }));
  const read = ["get", "list", "watch"];
  const kargoUser = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "kargo-user" },
    rules: [
      { apiGroups: [""], resources: ["namespaces"], verbs: read },
      {
        apiGroups: ["kargo.akuity.io"],
        resources: ["clusterconfigs", "clusterpromotiontasks", "projects"],
        verbs: read,
      },
    ],
  };
  return [...namespaces, kargoUser].map(applied);
}

/** Of a catalogue and its stack what the administrator must know: its teams, and what the guards hold the deployer to. */
export interface Administered {
  readonly teams: readonly string[];
  /** Without it there are no guards. */
  readonly platform: Parameters<typeof deployerObjects>[2];
}

/** What an administrator gives the deployer, the identity that `pulumi up` runs as, in the sandbox as anywhere. */
export function deployerRights({ teams, platform }: Administered): readonly AppliedObject[] {
  return deployerObjects(IDENTITIES.deployer.user, teams, platform).map(applied);
}

/** What stands in Argo Events' place may read what decides about deliveries, and act as the Sensors that it finds. */
export function argoEventsRights(): readonly AppliedObject[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const metadata = { name: "sandbox-argo-events", namespace: EVENTS_NAMESPACE };
  const verbs = ["get", "list"];
  const role = {
    apiVersion,
    kind: "Role",
    metadata,
    rules: [
      { apiGroups: ["argoproj.io"], resources: ["eventsources", "sensors"], verbs },
      { apiGroups: [""], resources: ["secrets"], verbs },
      { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] },
    ],
  };
  const binding = {
    apiVersion,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: IDENTITIES["argo-events"].user }],
  };
  return [role, binding].map(applied);
}

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: "namespaces",
  ClusterRole: "clusterroles",
  ClusterRoleBinding: "clusterrolebindings",
  Role: "roles",
  RoleBinding: "rolebindings",
  ConfigMap: "configmaps",
  Secret: "secrets",
  ServiceAccount: "serviceaccounts",
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
  ValidatingAdmissionPolicyBinding: "validatingadmissionpolicybindings",
};

/** An object with the path that it is applied to. */
export function applied(object: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}): AppliedObject {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return { path: `${root}${scope}/${PLURALS[kind]}/${metadata.name}`, object };
}

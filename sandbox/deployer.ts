import { deployerObjects } from "../fleet/deployer.ts";
import { IDENTITIES } from "./control-plane/credentials.ts";

/** A Kubernetes object and its API path. */
export interface AppliedObject {
  readonly path: string;
  readonly object: object;
}

/** The namespaces of installed Kargo, Argo CD and Argo Events. */
export const INSTALLED_NAMESPACES = [
  "kargo",
  "kargo-shared-resources",
  "kargo-system-resources",
  "argocd",
  "argo-events",
] as const;

/** The namespace of the program's EventSources, Sensors and webhook Secrets. */
export const EVENTS_NAMESPACE = "kargo-fleet-events";

/**
 * The objects that real installations create before the first `pulumi up`: namespaces, and Kargo's ClusterRole for
 * users who log in (its chart, templates/users/cluster-roles.yaml).
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

/**
 * The values of a catalogue and its stack that the administrator's objects depend on: teams, and the limits of the
 * deployer.
 */
export interface Administered {
  readonly teams: readonly string[];
  /** If it is missing, no guards are created. */
  readonly platform: Parameters<typeof deployerObjects>[2];
}

/** The objects that an administrator applies for the deployer, the identity of `pulumi up`. */
export function deployerRights({ teams, platform }: Administered): readonly AppliedObject[] {
  return deployerObjects(IDENTITIES.deployer.user, teams, platform).map(applied);
}

/**
 * The rights of `sandbox-argo-events`: read the objects that control deliveries, and act as the Sensors'
 * ServiceAccounts.
 */
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

/** Adds the API path to an object. */
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

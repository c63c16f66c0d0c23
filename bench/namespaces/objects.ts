import { readFileSync } from "node:fs";
import { grants } from "../../manifests/access.ts";
import type { Role, RoleBinding } from "../../manifests/rbac-types.ts";
import { SERVICE_LABEL, TEAM_LABEL } from "../../model/labels.ts";
import type { ServicePlan } from "../../model/plan.ts";
import { catalogueText, planOf, service } from "../../test/sources.ts";

/** What Kargo 1.11.2 wrote: a Warehouse, a Stage, a Promotion and a Freight, one a line. */
const [WAREHOUSE = "", STAGE = "", PROMOTION = "", FREIGHT = ""] = readFileSync(
  new URL("recorded.jsonl", import.meta.url),
  "utf8",
).split("\n");

/** The two ways to place a fleet. */
export type Layout = "shared" | "separate";

/** An object with its collection. */
export interface Placed {
  readonly collection: string;
  readonly object: object;
}

/** Where one service is. */
export interface Place {
  readonly service: string;
  readonly team: string;
  readonly namespace: string;
  /** What its names start with: nothing if the namespace is its own. */
  readonly prefix: string;
}

export const STAGES = ["dev", "staging", "prod"] as const;
export const PROMOTIONS = 10;
const SHARED = "kargo-all";
const KARGO = "/apis/kargo.akuity.io/v1alpha1";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/** The place of each service; teams take turns. */
export function places(layout: Layout, services: number, teams: number): Place[] {
  return Array.from({ length: services }, (_, index) => {
    const name = `service-${index}`;
    return {
      service: name,
      team: `team-${index % teams}`,
      namespace: layout === "shared" ? SHARED : `kargo-${name}`,
      prefix: layout === "shared" ? `${name}-` : "",
    };
  });
}

/** The namespaces, each once. */
export function namespacesOf(all: readonly Place[]): Placed[] {
  return [...new Set(all.map(({ namespace }) => namespace))].map((name) => ({
    collection: "/api/v1/namespaces",
    object: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
  }));
}

/**
 * What a service has after a while, as Kargo 1.11.2 wrote it: a Warehouse, three Stages, one Freight and ten
 * Promotions, with their statuses; and its team's and approvers' Roles and bindings.
 */
export function objectsOf(place: Place): Placed[] {
  const { service: name, prefix, namespace } = place;
  const freight = `${prefix}${JSON.parse(FREIGHT).metadata.name}`;
  const stages = STAGES.map((stage) => kargo("stages", place, STAGE, `${prefix}${stage}`));
  const promotions = Array.from({ length: PROMOTIONS }, (_, index) => {
    const stage = STAGES[index % STAGES.length] ?? "dev";
    return kargo(
      "promotions",
      place,
      PROMOTION,
      `${prefix}${stage}.${String(index).padStart(26, "0")}.34335e2`,
    );
  });
  return [
    kargo("warehouses", place, WAREHOUSE, name),
    ...stages,
    kargo("freights", place, FREIGHT, freight),
    ...promotions,
    ...rights(place).map((object) => ({
      collection: `${RBAC}/namespaces/${namespace}/${object.kind.toLowerCase()}s`,
      object,
    })),
  ];
}

/** The path of a collection of Kargo's. */
export function collectionOf(kind: string, namespace: string): string {
  return `${KARGO}/namespaces/${namespace}/${kind}`;
}

/** Selects the objects of a service, or of a team. */
export function selector(by: Partial<Pick<Place, "service" | "team">>): string {
  const [label, value] = by.service === undefined ? [TEAM_LABEL, by.team] : [SERVICE_LABEL, by.service];
  return `labelSelector=${encodeURIComponent(`${label}=${value}`)}`;
}

/** The directory group of a team. */
export function groupOf(team: string): string {
  return `AD-${team}`;
}

function kargo(
  kind: string,
  { namespace, service: name, team }: Place,
  template: string,
  own: string,
): Placed {
  const object = JSON.parse(template.replaceAll("SERVICE", name)) as {
    metadata: { labels?: Record<string, string> };
  };
  const labels = { ...object.metadata.labels, [SERVICE_LABEL]: name, [TEAM_LABEL]: team };
  const metadata = { ...object.metadata, name: own, namespace, labels };
  return { collection: collectionOf(kind, namespace), object: { ...object, metadata } };
}

let sample: ServicePlan | undefined;

/**
 * The rights that the program gives. In a shared namespace each service needs Roles of its own to name its Stages;
 * `get`, `list` and `watch` cannot be limited to them, because RBAC knows no labels.
 */
function rights({ service: name, team, namespace, prefix }: Place): (Role | RoleBinding)[] {
  sample ??= planOf(catalogueText({ x: service("x") })).services[0];
  if (sample === undefined) throw new Error("the sample has no service");
  return grants(sample).flatMap(({ role, binding }) => {
    const own = prefix === "" ? role.metadata.name : `${prefix}${role.metadata.name}`;
    const metadata = { name: own, namespace, labels: { [SERVICE_LABEL]: name, [TEAM_LABEL]: team } };
    const rules = role.rules.map((rule) =>
      "resourceNames" in rule
        ? { ...rule, resourceNames: rule.resourceNames?.map((stage) => `${prefix}${stage}`) }
        : rule,
    );
    const subjects = [{ kind: "Group", name: groupOf(team), apiGroup: "rbac.authorization.k8s.io" }] as const;
    return [
      { ...role, metadata, rules },
      { ...binding, metadata, roleRef: { ...binding.roleRef, name: own }, subjects: [...subjects] },
    ];
  });
}

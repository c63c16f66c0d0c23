import { CALENDAR } from "../../manifests/calendar.ts";
import { deployerObjects, previewerObjects } from "../../manifests/deployer.ts";
import { platformObjects, serviceObjects } from "../../manifests/inventory/objects.ts";
import { RBAC_API } from "../../manifests/rbac-types.ts";
import type { ServicePlan } from "../../model/plan.ts";
import type { StackFiles } from "../stack-files.ts";
import { idOf, type LiveObject } from "./live-objects.ts";

/**
 * Kinds that do not decide about access, auto-promotion, or the rights of workloads, or whose content only the API
 * server or the engine knows. All other kinds are compared.
 */
const NOT_COMPARED: readonly string[] = [
  "ClusterConfig",
  "ConfigMap",
  "EventBus",
  "EventSource",
  "HTTPRoute",
  "Ingress",
  "Secret",
  "Sensor",
];

/**
 * The objects that decide about access, as the program and `fleet deployer` make them.
 * @param services the audited services of the plan
 * @param previewer the user of `fleet deployer --read-only`, if any
 */
export function expectedObjects(
  { plan, config, teams }: Pick<StackFiles, "plan" | "config" | "teams">,
  services: readonly ServicePlan[],
  previewer: string | undefined,
): readonly LiveObject[] {
  const all = [
    ...deployerObjects(config.access.deployer, teams, plan.platform),
    ...(previewer === undefined ? [] : previewerObjects(previewer, teams)),
    ...(plan.platform ? platformObjects(plan.platform) : []),
    ...services.flatMap(serviceObjects),
  ].filter(isCompared);
  return [...new Map(all.map((object) => [idOf(object), object])).values()];
}

/** The calendar decides when Promotions pass. What is stopped is up to people, so that object is not compared. */
function isCompared({ kind, metadata: { name } }: LiveObject): boolean {
  return !NOT_COMPARED.includes(kind) || (kind === "ConfigMap" && name === CALENDAR);
}

/** The kinds that an audit reads: the expected ones, and all of RBAC. */
export function kindsToRead(
  expected: readonly LiveObject[],
): readonly Pick<LiveObject, "apiVersion" | "kind">[] {
  const apiVersion = RBAC_API;
  const rbac = ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];
  return [
    ...expected,
    { apiVersion: "v1", kind: "ServiceAccount" },
    ...rbac.map((kind) => ({ apiVersion, kind })),
  ];
}

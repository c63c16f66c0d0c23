import { customizationNote } from "../../manifests/inventory/objects.ts";
import {
  ARGOCD_NAMESPACE,
  buildNamespace,
  EVENTS_NAMESPACE,
  TEAMS_NAMESPACE,
  WINDOWS_NAMESPACE,
} from "../../model/names.ts";
import type { ServicePlan } from "../../model/plan.ts";
import type { Cluster } from "../cluster.ts";
import type { StackFiles } from "../stack-files.ts";
import { differences } from "./differences.ts";
import { expectedObjects, kindsToRead } from "./expected-objects.ts";
import type { Finding } from "./finding.ts";
import { knownSubjects } from "./known-subjects.ts";
import { idOf, type LiveObject, type LiveObjects, readLiveObjects } from "./live-objects.ts";
import { otherRights, type Places } from "./other-rights.ts";

/** The results of reading the cluster's objects. */
export interface Inspection {
  readonly findings: readonly Finding[];
  /** The number of compared objects. */
  readonly objects: number;
  /** The number of evaluated bindings. */
  readonly bindings: number;
  /** The number of namespaces. */
  readonly namespaces: number;
  /** One line about the objects that `customize.ts` changes or adds; undefined if there are none. */
  readonly customised: string | undefined;
  /** The expected subjects with rights that matter. */
  readonly known: readonly string[];
}

/**
 * Compares the objects that decide about access with the cluster's, and finds everybody else with rights in the
 * plan's namespaces.
 * @param options.known subjects that the user accepts, as `group <name>`
 * @throws FleetError if the API server does not let us read them
 */
export async function inspect(options: {
  readonly cluster: Cluster;
  readonly files: StackFiles;
  readonly services: readonly ServicePlan[];
  readonly previewer: string | undefined;
  readonly known: readonly string[];
}): Promise<Inspection> {
  const { cluster, files, services, previewer, known } = options;
  const { breakGlass, kargoNamespace } = files.config.access;
  const expected = expectedObjects(files, services, previewer);
  const live = await readLiveObjects(cluster, kindsToRead(expected));
  // Another stack may own the shared objects and their bindings.
  const { platform } = files.plan;
  const places: Places = {
    projects: services.map(({ project }) => project),
    builds: platform ? files.teams.map(buildNamespace) : [],
    own: platform ? [EVENTS_NAMESPACE, TEAMS_NAMESPACE, WINDOWS_NAMESPACE] : [],
    shared: [ARGOCD_NAMESPACE, kargoNamespace, "kargo-shared-resources", "kargo-system-resources"],
  };
  const vouched = breakGlass === undefined ? known : [...known, `group ${breakGlass}`];
  const others = otherRights({ expected, live, places, isKnown: knownSubjects(kargoNamespace, vouched) });
  return {
    findings: [
      ...differences(expected, live),
      ...otherNetworkPolicies(expected, live, places.builds),
      ...others.findings,
    ].sort((a, b) => a.where.localeCompare(b.where) || a.what.localeCompare(b.what)),
    objects: expected.length,
    bindings: others.bindings,
    namespaces: Object.values(places).flat().length,
    customised: customizationNote({ platform, services }),
    known: others.known,
  };
}

/** NetworkPolicies only add to what is allowed, so an extra one may open what ours close. */
function otherNetworkPolicies(
  expected: readonly LiveObject[],
  live: LiveObjects,
  namespaces: readonly string[],
): Finding[] {
  const ours = new Set(expected.map(idOf));
  return live
    .all("NetworkPolicy")
    .filter((policy) => namespaces.includes(policy.metadata.namespace ?? "") && !ours.has(idOf(policy)))
    .map((policy) => ({
      where: policy.metadata.namespace ?? "",
      who: [],
      what: `${idOf(policy)} is not one of the program's`,
      because: "a NetworkPolicy only adds to what the pods of builds may reach",
    }));
}

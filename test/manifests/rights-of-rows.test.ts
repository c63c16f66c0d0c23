import assert from "node:assert/strict";
import { deployerObjects } from "../../manifests/deployer.ts";
import { rightsOf } from "../../manifests/missing-rights.ts";
import type { Role } from "../../manifests/rbac-types.ts";

const OWN = "get,list,watch,create,update,patch,delete";
const READ = "get,list,watch";

/** All rights of the deployer, for security reviewers: every change of a right changes this list. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  "the cluster": [
    `analysisruns.argoproj.io ${READ}`,
    `clusterconfigs.kargo.akuity.io ${OWN}`,
    `clusterpromotiontasks.kargo.akuity.io ${OWN}`,
    `clusterrolebindings.rbac.authorization.k8s.io ${READ},create`,
    "clusterrolebindings.rbac.authorization.k8s.io kargo-fleet-users update,patch,delete",
    "clusterroles.rbac.authorization.k8s.io kargo-user bind",
    `clusterworkflowtemplates.argoproj.io ${OWN}`,
    `events ${READ}`,
    `freights.kargo.akuity.io ${READ}`,
    "freights/status.kargo.akuity.io get,patch",
    `namespaces ${OWN}`,
    `projectconfigs.kargo.akuity.io ${OWN}`,
    `projects.kargo.akuity.io ${OWN}`,
    `promotions.kargo.akuity.io ${READ},create,patch`,
    `promotiontasks.kargo.akuity.io ${READ}`,
    `rolebindings.rbac.authorization.k8s.io ${OWN}`,
    `roles.rbac.authorization.k8s.io ${OWN}`,
    "roles.rbac.authorization.k8s.io kargo-fleet-approvers bind",
    "roles.rbac.authorization.k8s.io kargo-fleet-team bind",
    `stages.kargo.akuity.io ${OWN},promote`,
    `warehouses.kargo.akuity.io ${OWN}`,
  ],
  argocd: [`applications.argoproj.io ${OWN}`, `appprojects.argoproj.io ${OWN}`],
  "builds-edge": [
    `configmaps ${OWN}`,
    `networkpolicies.networking.k8s.io ${OWN}`,
    `pods ${READ}`,
    `pods/log ${READ}`,
    "roles.rbac.authorization.k8s.io kargo-fleet-build-readers bind",
    "roles.rbac.authorization.k8s.io kargo-fleet-sensor bind",
    "secrets kargo-fleet-receiver get,patch",
    `workflows.argoproj.io ${READ},create`,
  ],
  "kargo-fleet-events": [
    `eventbus.argoproj.io ${OWN}`,
    `eventsources.argoproj.io ${OWN}`,
    `httproutes.gateway.networking.k8s.io ${OWN}`,
    `ingresses.networking.k8s.io ${OWN}`,
    "leases.coordination.k8s.io get,create,update",
    "roles.rbac.authorization.k8s.io kargo-fleet-sensor bind",
    `secrets ${OWN}`,
    `sensors.argoproj.io ${OWN}`,
    `serviceaccounts ${OWN}`,
  ],
  "kargo-fleet-teams": [`serviceaccounts ${OWN}`],
  "kargo-fleet-windows": ["configmaps kargo-fleet-calendar get,patch"],
  "kargo-shared-resources": ["secrets kargo-fleet-git get,patch", "secrets kargo-fleet-image get,patch"],
  "kargo-system-resources": ["secrets kargo-fleet-builds get,patch"],
};

function linesOf({ rules }: Role): string[] {
  const byObject = Map.groupBy(rightsOf(rules), ({ group, resource, name }) =>
    [group === "" ? resource : `${resource}.${group}`, ...(name === undefined ? [] : [name])].join(" "),
  );
  return [...byObject].map(([object, all]) => `${object} ${all.map(({ verb }) => verb).join()}`).sort();
}

describe("the rights derived from the inventory", () => {
  const roles = deployerObjects("ci", ["edge"], undefined).filter(
    (object): object is Role => "rules" in object && object.metadata.name === "kargo-fleet-deployer",
  );

  it("are exactly these for the deployer", () => {
    const found = roles.map((role) => [role.metadata.namespace ?? "the cluster", linesOf(role)]);
    assert.deepEqual(Object.fromEntries(found), RIGHTS);
  });
});

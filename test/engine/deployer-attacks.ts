import type { ClusterRequest } from "../../fleet/cluster.ts";
import { create } from "./attacks/attack.ts";
import { ON_ACCESS } from "./attacks/on-access.ts";
import { ON_ARGO_CD } from "./attacks/on-argo-cd.ts";
import { ON_BUILDS } from "./attacks/on-builds.ts";
import { ON_KARGO } from "./attacks/on-kargo.ts";
import { patch, remove } from "./requests.ts";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";

/** Requests that RBAC allows and the guard must refuse. Each name completes "the deployer cannot …". */
export const ATTACKS: Readonly<Record<string, ClusterRequest>> = {
  ...ON_BUILDS,
  ...ON_ARGO_CD,
  ...ON_ACCESS,
  ...ON_KARGO,
};

/** Requests on admission policies, which no admission policy can refuse; the deployer lacks the right. */
export const ON_GUARDS: Readonly<Record<string, ClusterRequest>> = {
  "delete its guard": remove(`${ADMISSION}/validatingadmissionpolicies/kargo-fleet-deployer`),
  "delete its guard's binding": remove(`${ADMISSION}/validatingadmissionpolicybindings/kargo-fleet-deployer`),
  "open its guard": patch(`${ADMISSION}/validatingadmissionpolicies/kargo-fleet-deployer`, {
    spec: { matchConditions: [{ name: "never", expression: "false" }] },
  }),
  "take its guard out of force": patch(
    `${ADMISSION}/validatingadmissionpolicybindings/kargo-fleet-deployer`,
    { spec: { validationActions: ["Audit"] } },
  ),
  "deny everybody everything": create(`${ADMISSION}/validatingadmissionpolicies`, "mine", {
    spec: { validations: [{ expression: "false" }] },
  }),
  "call a webhook at each request": create(`${ADMISSION}/mutatingwebhookconfigurations`, "mine", {}),
};

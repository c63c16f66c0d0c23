import type { AccessConfig } from "../model/access.ts";
import { isOneOf, text } from "./cel.ts";

/** CEL: whether the requester is the deployer. */
export function isDeployer({ deployer }: AccessConfig): string {
  return `request.userInfo.username == ${text(deployer)}`;
}

/** CEL: whether the requester is in the break-glass group; false if there is none. */
export function breaksGlass({ breakGlass }: AccessConfig): string {
  return breakGlass === undefined ? "false" : isIn(breakGlass);
}

/** CEL: whether the requester is in a group. */
export function isIn(group: string): string {
  return `request.userInfo.?groups.orValue([]).exists(g, g == ${text(group)})`;
}

/** CEL: whether the requester is one of these accounts. */
export const serviceAccounts = (namespace: string, names: readonly string[]) =>
  oneOf(names.map((name) => `system:serviceaccount:${namespace}:${name}`));

const oneOf = (usernames: readonly string[]) => isOneOf("request.userInfo.username", usernames);

/** Kargo's controllers; if its chart runs several, each name ends with an id. */
export function controllers({ kargoNamespace }: AccessConfig): string {
  const sharded = text(`system:serviceaccount:${kargoNamespace}:kargo-controller-`);
  return [
    serviceAccounts(kargoNamespace, ["kargo-controller", "kargo-management-controller"]),
    `request.userInfo.username.startsWith(${sharded})`,
  ].join(" || ");
}

/** Kubernetes' controllers that delete the content of a namespace; one user if they have no separate accounts. */
export const KUBERNETES = oneOf([
  "system:serviceaccount:kube-system:namespace-controller",
  "system:serviceaccount:kube-system:generic-garbage-collector",
  "system:kube-controller-manager",
]);

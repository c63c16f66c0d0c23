import { matching, ruled, shown } from "./patterns.ts";

/* Who may be given rights: what Kubernetes' RBAC, Argo CD's AppProjects and Kargo's claims all take for one and
 * the same. What starts with `system:` is Kubernetes' own: `system:authenticated` is everybody. */

/**
 * The name of a directory's group. Argo CD trims white space at its ends and refuses line breaks and tabs
 * (`validateGroupName` in pkg/apis/application/v1alpha1/types.go); `role:` and `proj:` begin names of its own. Commas and
 * quotes are quoted where a role names the group.
 */
export const groupName = matching(
  /^(?!system:|role:|proj:)(?=.{1,256}$)[^\s*]+( +[^\s*]+)*$/,
  "is no directory group (at most 256 characters, nothing that starts with system:, role: or proj:, no *, blanks inside alone).",
);

/** `system:serviceaccount:<namespace>:<name>`, as the API server calls a ServiceAccount. */
const SERVICE_ACCOUNT = /^system:serviceaccount:[a-z0-9-]{1,63}:[a-z0-9.-]{1,253}$/;

/** Why a text is no user that rights may be given to; nothing where it is one. */
export function userProblem(name: string): string | undefined {
  if (SERVICE_ACCOUNT.test(name)) return undefined;
  if (/^(?!system:)(?=.{1,256}$)[^\s*]+( +[^\s*]+)*$/.test(name)) return undefined;
  const rule = "of those that start with system: a ServiceAccount alone, no *, blanks inside alone";
  return `${shown(name)} is no user (at most 256 characters, ${rule}).`;
}

/** A user, as the API server calls it. */
export const userName = ruled(userProblem);

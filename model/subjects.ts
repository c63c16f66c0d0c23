import { matching, ruled, shown } from "./patterns.ts";

/*
 * Names of subjects that Kubernetes' RBAC, Argo CD's AppProjects and Kargo's claims interpret alike. Names with
 * `system:` belong to Kubernetes: `system:authenticated` is everybody.
 */

/**
 * The name of a directory group. Argo CD trims white space and refuses line breaks and tabs (`validateGroupName` in
 * pkg/apis/application/v1alpha1/types.go); `role:` and `proj:` are its own prefixes. Commas and quotes are quoted
 * in an AppProject's role.
 */
export const groupName = matching(
  /^(?!system:|role:|proj:)(?=.{1,256}$)[^\s*]+( +[^\s*]+)*$/,
  "is not a valid directory group (at most 256 characters, nothing that starts with system:, role: or proj:, no *, blanks inside alone).",
);

/** The API server's user name of a ServiceAccount: `system:serviceaccount:<namespace>:<name>`. */
const SERVICE_ACCOUNT = /^system:serviceaccount:[a-z0-9-]{1,63}:[a-z0-9.-]{1,253}$/;

/** Why a text is invalid as a user who gets rights; undefined if it is valid. */
export function userProblem(name: string): string | undefined {
  if (SERVICE_ACCOUNT.test(name)) return undefined;
  if (/^(?!system:)(?=.{1,256}$)[^\s*]+( +[^\s*]+)*$/.test(name)) return undefined;
  const rule = "of those that start with system: a ServiceAccount alone, no *, blanks inside alone";
  return `${shown(name)} is not a valid user name (at most 256 characters, ${rule}).`;
}

/** A user name of the API server. */
export const userName = ruled(userProblem);

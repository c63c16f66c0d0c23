import { matching } from "./patterns.ts";

/**
 * An organization or a user: at most 39 letters and digits with single hyphens inside. Managed users end with an
 * underscore and their enterprise's short code.
 * @see
 * https://docs.github.com/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
 */
const OWNER = "(?=[A-Za-z0-9_-]{1,39}(\\/|$))[A-Za-z0-9]+(-[A-Za-z0-9]+)*(_[A-Za-z0-9]{3,8})?";

export const githubOwner = matching(new RegExp(`^${OWNER}$`), "must be a GitHub organization or user.");

/** `owner/name` in GitHub's syntax. */
export const githubRepository = matching(
  new RegExp(`^${OWNER}\\/(?!\\.{1,2}$)(?!.*\\.([gG][iI][tT]|[wW][iI][kK][iI])$)[A-Za-z0-9._-]{1,100}$`),
  'is not a GitHub repository: write it as "owner/name", without a host or ".git".',
);

/** The last part of a team's address. */
export const githubTeam = matching(
  /^[a-z0-9]([a-z0-9_-]{0,98}[a-z0-9])?$/,
  'is not a GitHub team: write the last part of its address, for example "edge-engineers".',
);

import type { HostFacts } from "../facts.ts";

/**
 * An organization or a user: at most 39 letters and digits with single hyphens inside. Managed users end with an
 * underscore and their enterprise's short code.
 * @see
 * https://docs.github.com/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
 */
const OWNER = "(?=[A-Za-z0-9_-]{1,39}(\\/|$))[A-Za-z0-9]+(-[A-Za-z0-9]+)*(_[A-Za-z0-9]{3,8})?";

/** GitHub's names and limits. */
export const githubFacts: HostFacts = {
  name: "GitHub",
  prefix: "github",
  owner: { pattern: new RegExp(`^${OWNER}$`), rule: "must be a GitHub organization or user." },
  repository: {
    pattern: new RegExp(
      `^${OWNER}\\/(?!\\.{1,2}$)(?!.*\\.([gG][iI][tT]|[wW][iI][kK][iI])$)[A-Za-z0-9._-]{1,100}$`,
    ),
    rule: 'is not a GitHub repository: write it as "owner/name", without a host or ".git".',
  },
  hooksPerRepository: 20,
  // The secondary limits for creating content:
  // https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
  creations: { perMinute: 80, perHour: 500 },
};

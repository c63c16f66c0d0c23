import escapeStringRegexp from "escape-string-regexp";
import type { BuildPlan } from "../../model/build-plan.ts";
import type { DataFilter, Hook, ReceivedPushes } from "../pushes.ts";

const REPOSITORY_HOOK = "github:index/repositoryWebhook:RepositoryWebhook";
const ORGANIZATION_HOOK = "github:index/organizationWebhook:OrganizationWebhook";

/**
 * Pushes to one repository, or to all of an organization. It has no API token, so Argo Events creates no hook
 * itself.
 */
type GithubEvent = {
  readonly webhook: ReceivedPushes["webhook"];
  readonly events: readonly ["push"];
  readonly webhookSecret: ReceivedPushes["secret"];
  readonly contentType: "json";
  readonly active: true;
  readonly insecure: false;
} & (
  | { readonly repositories: readonly { readonly owner: string; readonly names: readonly string[] }[] }
  | { readonly organizations: readonly string[] }
);

/** The pushes of GitHub. */
export const githubPushes = {
  hookType: ({ repository }: Pick<Hook, "repository">): string =>
    repository === undefined ? ORGANIZATION_HOOK : REPOSITORY_HOOK,
  section: "github",
  event: ({ owner, repository, webhook, secret }: ReceivedPushes): GithubEvent => ({
    webhook,
    events: ["push"],
    webhookSecret: secret,
    contentType: "json",
    active: true,
    insecure: false,
    ...(repository === undefined
      ? { organizations: [owner] }
      : { repositories: [{ owner, names: [repository] }] }),
  }),
  filters,
  commit: "body.after",
  pushedAt: "body.repository.pushed_at",
} as const;

function filters({ owner, repository, branch, paths }: BuildPlan): DataFilter[] {
  const text = (path: string, value: string): DataFilter => ({ path, type: "string", value: [value] });
  return [
    text("headers.X-Github-Event.0", exactly("push")),
    text("body.repository.full_name", `^(?i)${escapeStringRegexp(`${owner}/${repository}`)}$`),
    text("body.ref", exactly(`refs/heads/${branch}`)),
    { path: "body.deleted", type: "bool", value: ["false"] },
    text("body.after", "^[0-9a-f]{40}$"),
    text("body.repository.pushed_at", "^[0-9]{9,11}$"),
    ...(paths.length === 0
      ? []
      : [{ path: CHANGED_FILES, type: "string", value: [changedBelow(paths), NO_COMMITS] } as const]),
  ];
}

/** Argo Events matches anywhere in a value, so an exact match is escaped and anchored. */
function exactly(text: string): string {
  return `^${escapeStringRegexp(text)}$`;
}

/** All files that the commits of a push added, changed or removed, as one JSON array of arrays of arrays. */
const CHANGED_FILES = "[body.commits.#.added,body.commits.#.modified,body.commits.#.removed]";

/** A branch that moved to an existing commit: the changes are not listed, so it is built. */
const NO_COMMITS = "^\\[\\[\\],\\[\\],\\[\\]\\]$";

/** A file name begins after a bracket or a comma and an unescaped quote, which no file name can contain. */
function changedBelow(paths: readonly string[]): string {
  return `[\\[,]"(${paths.map(escapeStringRegexp).join("|")})[/"]`;
}

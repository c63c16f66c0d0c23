import { Hono } from "hono";
import { organizationOf, repositoryOf, requireToken } from "./authentication.ts";
import { apiUrl, type Backend, type Env, nodeId, type Routes } from "./backend.ts";
import type { RateLimits } from "./limits.ts";
import { isoSeconds, readCommit, type Signature } from "./objects.ts";
import { branchTip } from "./refs.ts";
import { defaultBranch, type Repository } from "./repositories.ts";

/** The person whose token the local GitHub accepts. */
export const viewer = { login: "sandbox", id: 1, email: "1+sandbox@users.noreply.github.com" };

const organizationId = 2;
const started = isoSeconds(new Date());

/** `GET /user`, `/orgs/:org`, `/rate_limit` and `/repos/:owner/:repo`. */
export function accounts(backend: Backend, limits: RateLimits): Routes {
  const routes = new Hono<Env>();
  routes.get("/user", (c) => {
    requireToken(c);
    return c.json(viewerShape(backend));
  });
  routes.get("/rate_limit", (c) => {
    const rate = limits.current();
    return c.json({ resources: { core: rate, search: rate }, rate });
  });
  routes.get("/orgs/:org", (c) => c.json(organization(backend, organizationOf(c, backend))));
  routes.get("/repos/:owner/:repo", async (c) =>
    c.json(await fullRepository(backend, repositoryOf(c, backend, "read"))),
  );
  return routes;
}

/** The viewer as the author of a commit, now. */
export function viewerSignature(): Signature {
  return { name: viewer.login, email: viewer.email, date: isoSeconds(new Date()) };
}

/** A user or an organization, in the short form that other answers contain. */
export function simpleUser(backend: Backend, login: string) {
  const type = login === viewer.login ? "User" : "Organization";
  const id = type === "User" ? viewer.id : organizationId;
  const url = apiUrl(backend, `/users/${login}`);
  return {
    login,
    id,
    node_id: nodeId(type, id),
    avatar_url: `${backend.origin()}/avatars/${id}`,
    gravatar_id: "",
    url,
    html_url: `${backend.origin()}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  };
}

function viewerShape(backend: Backend) {
  return {
    ...simpleUser(backend, viewer.login),
    name: viewer.login,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: started,
    updated_at: started,
  };
}

function organization(backend: Backend, login: string) {
  const url = apiUrl(backend, `/orgs/${login}`);
  return {
    login,
    id: organizationId,
    node_id: nodeId("Organization", organizationId),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${backend.origin()}/avatars/${organizationId}`,
    description: null,
    html_url: `${backend.origin()}/${login}`,
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: backend.repositories.all().filter((repository) => !repository.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: "Organization",
    created_at: started,
    updated_at: started,
    archived_at: null,
  };
}

const links = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
} as const;

async function fullRepository(backend: Backend, repository: Repository) {
  const url = apiUrl(backend, `/repos/${repository.name}`);
  const html = `${backend.origin()}/${repository.name}`;
  const tip = await branchTip(repository.directory, defaultBranch);
  const pushed = tip === undefined ? undefined : await readCommit(repository.directory, tip);
  const host = new URL(backend.origin()).host;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.shortName,
    full_name: repository.name,
    owner: simpleUser(backend, repository.owner),
    private: repository.private,
    visibility: repository.private ? "private" : "public",
    html_url: html,
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(Object.entries(links).map(([name, path]) => [name, `${url}${path}`])),
    clone_url: `${html}.git`,
    git_url: `git://${host}/${repository.name}.git`,
    ssh_url: `git@${host}:${repository.name}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: defaultBranch,
    archived: false,
    disabled: false,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks: 0,
    forks_count: 0,
    network_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    size: 0,
    stargazers_count: 0,
    subscribers_count: 0,
    watchers: 0,
    watchers_count: 0,
    permissions: { admin: true, maintain: true, push: true, triage: true, pull: true },
    created_at: repository.createdAt,
    updated_at: pushed?.committer.date ?? repository.createdAt,
    pushed_at: pushed?.committer.date ?? repository.createdAt,
  };
}

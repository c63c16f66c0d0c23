import { type Backend, type Documented, nodeId } from "./backend.ts";
import { isoSeconds } from "./objects.ts";
import { defaultBranch, type Repository } from "./repositories.ts";
import { simpleUser } from "./users.ts";

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

/** A repository in responses and in a ping event. */
export function eventRepository(backend: Backend, repository: Repository) {
  const { api, web, createdAt } = repository;
  const host = new URL(backend.origin()).host;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.shortName,
    full_name: repository.name,
    owner: simpleUser(backend, repository.owner),
    private: repository.private,
    visibility: repository.private ? ("private" as const) : ("public" as const),
    html_url: web,
    description: null,
    fork: false,
    url: api,
    ...linksBelow(api),
    clone_url: `${web}.git`,
    git_url: `git://${host}/${repository.name}.git`,
    ssh_url: `git@${host}:${repository.name}.git`,
    svn_url: web,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: defaultBranch,
    archived: repository.archived,
    disabled: false,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks: 0,
    forks_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    size: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    has_downloads: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    custom_properties: {},
    created_at: createdAt,
    updated_at: createdAt,
    pushed_at: createdAt,
  } satisfies Documented["repository-webhooks"];
}

function linksBelow(api: string) {
  const all = Object.entries(links).map(([name, path]) => [name, `${api}${path}`]);
  return Object.fromEntries(all) as Record<keyof typeof links, string>;
}

/** A repository in a push event: `url` is the web address, and dates are seconds since 1970. */
export function pushedRepository(backend: Backend, repository: Repository, pushedAt: Date) {
  const event = eventRepository(backend, repository);
  return {
    ...event,
    owner: { name: repository.owner, email: null, ...event.owner },
    url: event.html_url,
    created_at: seconds(new Date(repository.createdAt)),
    updated_at: isoSeconds(pushedAt),
    pushed_at: seconds(pushedAt),
    stargazers: 0,
    master_branch: defaultBranch,
    organization: repository.owner,
  };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

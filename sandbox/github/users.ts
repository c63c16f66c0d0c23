import { createHash } from "node:crypto";
import { apiUrl, type Backend, type Documented, nodeId } from "./backend.ts";
import { isoSeconds, type Signature } from "./objects.ts";

/** The user that the token belongs to. */
export const viewer = { login: "sandbox", id: 1, email: "1+sandbox@users.noreply.github.com" };

/** The author of a workflow's writes, with GitHub's real id. */
export const WORKFLOW_BOT = { login: "github-actions[bot]", id: 41_898_282 };

/** The id of the organization. */
export const organizationId = 2;

/** The viewer as the author of a commit, with the current time. */
export function viewerSignature(): Signature {
  return { name: viewer.login, email: viewer.email, date: isoSeconds(new Date()) };
}

/** A user, a bot or an organization in the short form of responses. */
export function simpleUser(backend: Backend, login: string) {
  const { type, id } = accountOf(backend, login);
  const url = apiUrl(backend, `/users/${encodeURIComponent(login)}`);
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
  } satisfies Documented["simple-user"];
}

function accountOf({ owner }: Backend, login: string): { type: "User" | "Bot" | "Organization"; id: number } {
  if (login === viewer.login) return { type: "User", id: viewer.id };
  if (login === WORKFLOW_BOT.login) return { type: "Bot", id: WORKFLOW_BOT.id };
  if (login.toLowerCase() === owner.toLowerCase()) return { type: "Organization", id: organizationId };
  // Derives a stable id for any other login.
  return { type: "User", id: 1000 + (createHash("sha256").update(login).digest().readUInt32BE() >>> 1) };
}

/** An organization in the short form of events. */
export function simpleOrganization(backend: Backend, login: string): Documented["organization-simple"] {
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
  };
}

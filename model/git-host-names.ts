import { host } from "../git-host/facts.ts";
import { matching } from "./patterns.ts";

/** The owner of repositories: an organization or a user. */
export const repositoryOwner = matching(host.owner.pattern, host.owner.rule);

/** A repository with its owner. */
export const repositoryName = matching(host.repository.pattern, host.repository.rule);

/** The last part of a team's address at GitHub, where CODEOWNERS names it. */
export const githubTeam = matching(
  /^[a-z0-9]([a-z0-9_-]{0,98}[a-z0-9])?$/,
  'is not a GitHub team: write the last part of its address, for example "edge-engineers".',
);

import { z } from "zod";
import { gitHubApi } from "../../git-host/github/api/client.ts";
import type { Failure, UsedUp } from "../../git-host/github/api/retries.ts";
import { GITHUB_URL } from "../../model/web-address.ts";
import { FleetError } from "../fleet-error.ts";

/** A comment, or an issue by its number. */
export interface Written {
  readonly id: number;
  readonly body: string;
  readonly author: string;
}

/** Texts at one place on GitHub: the comments of a thread, or the open issues of a repository. */
export interface Texts {
  /** All of them, read to the end. */
  list(): AsyncIterable<Written>;
  create(body: string): Promise<unknown>;
  rewrite(id: number, body: string): Promise<unknown>;
}

const PAGE = 100;
/** The maximum wait for GitHub's limits, in seconds, so that a job does not hang. */
const LONGEST_WAIT = 900;

const written = z.object({ body: z.string().nullish(), user: z.object({ login: z.string() }).nullish() });
const comment = written
  .extend({ id: z.int() })
  .transform(({ id, body, user }): Written => ({ id, body: body ?? "", author: user?.login ?? "" }));
/** GitHub lists pull requests among the issues. */
const issue = written
  .extend({ number: z.int(), pull_request: z.unknown().optional() })
  .transform(({ number: id, body, user, pull_request }): Written | undefined =>
    pull_request === undefined ? { id, body: body ?? "", author: user?.login ?? "" } : undefined,
  );

/**
 * The repository of a workflow, from the variables of GitHub Actions: `GITHUB_REPOSITORY`, `GITHUB_SERVER_URL` and
 * `GITHUB_TOKEN`.
 * @throws FleetError if one of them is missing, and from each call that GitHub refuses
 * @see https://docs.github.com/actions/reference/workflows-and-actions/variables
 */
export function threadsApi(environment: NodeJS.ProcessEnv) {
  const { GITHUB_TOKEN: token, GITHUB_REPOSITORY: place, GITHUB_SERVER_URL: server } = environment;
  if (!token) throw new FleetError("There is no token for GitHub. Set it in the environment: GITHUB_TOKEN.");
  const [owner = "", repo = "", more] = (place ?? "").split("/");
  if (owner === "" || repo === "" || more !== undefined)
    throw new FleetError(
      "GITHUB_REPOSITORY is not a repository. Set it to owner/name, as GitHub Actions does.",
    );
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const { octokit, call } = gitHubApi(server || GITHUB_URL, {
    auth: token,
    environment,
    report,
    longestWait: LONGEST_WAIT,
    giveUp,
  });
  const request = async (route: string, fields: object) =>
    await call(
      async () => await octokit.request(route, { owner, repo, ...fields }),
      (failure) => refusal(failure, route, `${owner}/${repo}`),
    );
  async function* pages(route: string, fields: object, schema: z.ZodType<Written | undefined>) {
    for (let page = 1; ; page += 1) {
      const { data } = await request(route, { ...fields, per_page: PAGE, page });
      const items = z.array(schema).parse(data);
      for (const item of items) if (item) yield item;
      if (items.length < PAGE) return;
    }
  }
  const issues = "/repos/{owner}/{repo}/issues";
  const openIssues = () => pages(`GET ${issues}`, { state: "open" }, issue);
  return {
    /** The comments of an issue or a pull request, oldest first. */
    comments: (thread: number): Texts => ({
      list: () => pages(`GET ${issues}/{thread}/comments`, { thread }, comment),
      create: (body) => request(`POST ${issues}/{thread}/comments`, { thread, body }),
      rewrite: (id, body) => request(`PATCH ${issues}/comments/{id}`, { id, body }),
    }),
    openIssues,
    /** @param title of a new issue; an edited title is kept */
    issues: (title: string): Texts => ({
      list: openIssues,
      create: (body) => request(`POST ${issues}`, { title, body }),
      rewrite: (number, body) => request(`PATCH ${issues}/{number}`, { number, body }),
    }),
    closeIssue: (number: number) =>
      request(`PATCH ${issues}/{number}`, { number, state: "closed", state_reason: "completed" }),
  };
}

function giveUp({ minutes, until }: UsedUp): FleetError {
  return new FleetError(
    `GitHub's rate limit for this token is exhausted for another ${minutes} min. Run again after ${until} UTC.`,
  );
}

function refusal({ status, message }: Failure, route: string, place: string): FleetError {
  const fix =
    status === 403 || status === 404
      ? " The job's token needs pull-requests: write for a comment, issues: write for an issue."
      : "";
  return new FleetError(`GitHub refused ${route.split(" ")[0]} in ${place}: ${status} ${message}.${fix}`);
}

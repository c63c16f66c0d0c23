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

/** The comments and issues of one repository. Lists are read to their end. */
export interface ThreadsApi {
  /** The comments of an issue or a pull request, oldest first. */
  comments(thread: number): AsyncIterable<Written>;
  comment(thread: number, body: string): Promise<void>;
  rewriteComment(id: number, body: string): Promise<void>;
  /** The open issues without pull requests. */
  openIssues(): AsyncIterable<Written>;
  openIssue(title: string, body: string): Promise<number>;
  rewriteIssue(number: number, body: string): Promise<void>;
  closeIssue(number: number): Promise<void>;
}

const PAGE = 100;
/** The maximum wait for GitHub's limits, in seconds, so that a job does not hang. */
const LONGEST_WAIT = 900;

const text = z
  .string()
  .nullish()
  .transform((body) => body ?? "");
const user = z
  .object({ login: z.string() })
  .nullish()
  .transform((given) => given?.login ?? "");
const commentsSchema = z.array(z.object({ id: z.int(), body: text, user }));
const issuesSchema = z.array(
  z.object({ number: z.int(), body: text, user, pull_request: z.unknown().optional() }),
);

/**
 * The repository of a workflow, from the variables of GitHub Actions: `GITHUB_REPOSITORY`, `GITHUB_SERVER_URL` and
 * `GITHUB_TOKEN`.
 * @throws FleetError if one of them is missing, and from each call that GitHub refuses
 * @see https://docs.github.com/actions/reference/workflows-and-actions/variables
 */
export function threadsApi(environment: NodeJS.ProcessEnv): ThreadsApi {
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
  async function* pages<T>(route: string, fields: object, schema: z.ZodType<readonly T[]>) {
    for (let page = 1; ; page += 1) {
      const { data } = await request(route, { ...fields, per_page: PAGE, page });
      const items = schema.parse(data);
      yield* items;
      if (items.length < PAGE) return;
    }
  }
  const issues = "/repos/{owner}/{repo}/issues";
  return {
    comments: async function* (thread) {
      const route = `GET ${issues}/{thread}/comments`;
      for await (const { id, body, user } of pages(route, { thread }, commentsSchema)) {
        yield { id, body, author: user };
      }
    },
    comment: async (thread, body) =>
      void (await request(`POST ${issues}/{thread}/comments`, { thread, body })),
    rewriteComment: async (id, body) => void (await request(`PATCH ${issues}/comments/{id}`, { id, body })),
    openIssues: async function* () {
      for await (const issue of pages(`GET ${issues}`, { state: "open" }, issuesSchema)) {
        if (issue.pull_request === undefined)
          yield { id: issue.number, body: issue.body, author: issue.user };
      }
    },
    openIssue: async (title, body) => {
      const { data } = await request(`POST ${issues}`, { title, body });
      return z.object({ number: z.int() }).parse(data).number;
    },
    rewriteIssue: async (number, body) => void (await request(`PATCH ${issues}/{number}`, { number, body })),
    closeIssue: async (number) => {
      await request(`PATCH ${issues}/{number}`, { number, state: "closed", state_reason: "completed" });
    },
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

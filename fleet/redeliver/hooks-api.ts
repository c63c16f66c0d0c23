import { z } from "zod";
import { type Access, gitHubApi } from "../../git-host/github/api/client.ts";
import { type Failure, failureOf, isPassing } from "../../git-host/github/api/retries.ts";
import { hooksOf, hooksPath } from "../../git-host/github/hook-list.ts";
import { FleetError } from "../fleet-error.ts";

/** The hooks of repositories and organizations, and their deliveries. */
export type HooksApi = ReturnType<typeof hooksApi>;

/** One attempt of GitHub to deliver an event to a hook, from its list of deliveries. */
export type Attempt = z.output<typeof attemptSchema>;

/** The relevant parts of a push payload. */
export type PushDetail = z.output<typeof detailSchema>;

/** GitHub refuses or fails the calls for one hook. Others can continue. */
export class HookRefusal extends Error {
  override readonly name = "HookRefusal";
}

const PAGE = 100;

// Up to 19 digits. Octokit reads integers beyond the safe range as bigint.
const idSchema = z.union([z.int(), z.bigint()]).transform(String);
const attemptSchema = z
  .object({
    id: idSchema,
    /** All attempts of one event have the same GUID. */
    guid: z.string(),
    event: z.string(),
    /** ISO 8601. */
    delivered_at: z.string(),
    /** GitHub's words: `OK`, `timed out`, `Invalid HTTP Response: 503`. */
    status: z.string(),
    status_code: z.int(),
  })
  .transform(({ delivered_at: deliveredAt, status_code: statusCode, ...rest }) => ({
    ...rest,
    deliveredAt,
    statusCode,
  }));
const payloadSchema = z.object({
  repository: z.object({ full_name: z.string() }),
  /** The full name: `refs/heads/main`. */
  ref: z.string(),
  /** The commit, or zeros if the reference was deleted. */
  after: z.string(),
});
const detailSchema = z
  .object({ request: z.object({ payload: payloadSchema }) })
  .transform(({ request: { payload } }) => ({ ...payload, repository: payload.repository.full_name }));

/**
 * @throws FleetError if GitHub cannot be reached or rejects the token, {@link HookRefusal} for one hook
 */
export function hooksApi(url: string, access: Access) {
  const api = gitHubApi(url, access);
  const { octokit, call } = api;
  const request = async (method: "GET" | "POST", place: string, path: string, query: object = {}) =>
    await call(
      async () => await octokit.request(`${method} ${hooksPath(place)}${path}`, { ...query }),
      (failure) => refusal(failure, place, url),
    );
  const headOf = async (repository: string, ref: string) => {
    const [owner = "", repo = ""] = repository.split("/");
    const place = { owner, repo, ref: ref.replace(/^refs\//, "") };
    return await octokit.request("GET /repos/{owner}/{repo}/git/ref/{ref}", place).then(
      ({ data }) => data.object.sha,
      (error: unknown) => {
        if (failureOf(error)?.status === 404) return undefined;
        throw error;
      },
    );
  };
  return {
    /** The id of the hook with this address; undefined if there is none. */
    find: async (place: string, address: string): Promise<string | undefined> => {
      const hooks = await hooksOf(api, place, (failure) => refusal(failure, place, url));
      return hooks.find((hook) => hook.url === address)?.id;
    },
    /** The attempts since a time, newest first. */
    attempts: async (place: string, hook: string, since: Date): Promise<readonly Attempt[]> => {
      const found: Attempt[] = [];
      for (let cursor: string | undefined; ; ) {
        const query = { per_page: PAGE, ...(cursor !== undefined && { cursor }) };
        const { data, headers } = await request("GET", place, `/${hook}/deliveries`, query);
        const page = z.array(attemptSchema).parse(data);
        found.push(...page.filter(({ deliveredAt }) => new Date(deliveredAt) >= since));
        cursor = nextCursor(headers.link);
        const last = page.at(-1);
        if (cursor === undefined || last === undefined || new Date(last.deliveredAt) < since) return found;
      }
    },
    detail: async (place: string, hook: string, attempt: string) =>
      detailSchema.parse((await request("GET", place, `/${hook}/deliveries/${attempt}`)).data),
    /** The current commit of a reference; undefined if it does not exist. */
    head: async (repository: string, ref: string) =>
      await call(
        async () => await headOf(repository, ref),
        (failure) => refusal(failure, repository, url),
      ),
    /** Makes GitHub try again. `attempts` shows the result some seconds later. */
    redeliver: async (place: string, hook: string, attempt: string): Promise<void> => {
      await request("POST", place, `/${hook}/deliveries/${attempt}/attempts`);
    },
  };
}

/** Only the cursor is taken from the link, so that the token is sent only to the configured address. */
function nextCursor(link: string | undefined): string | undefined {
  const next = /<([^>]+)>;\s*rel="next"/.exec(link ?? "")?.[1];
  return next === undefined ? undefined : (new URL(next).searchParams.get("cursor") ?? undefined);
}

function refusal(failure: Failure, place: string, url: string): Error {
  const { status, message } = failure;
  const said = message.trim().replace(/\s*\n+\s*/g, " ");
  if (status === 0)
    return new FleetError(`${url} cannot be reached (${said}). Check the network and run again.`);
  if (status === 401)
    return new FleetError(
      `${url} rejects the token (${said}). Set a valid one: pulumi config set --secret github:token, or GITHUB_TOKEN.`,
    );
  if (isPassing(failure))
    return new HookRefusal(`GitHub answered ${status} (${said}) repeatedly. Run again later.`);
  if (status !== 403 && status !== 404) return new HookRefusal(`GitHub answered ${status} (${said}).`);
  const kind = place.includes("/") ? "repository" : "organization";
  return new HookRefusal(
    `the token may not read or redeliver here (${status} ${said}). ` +
      `Give it (or its GitHub App) the ${kind} permission Webhooks: read and write.`,
  );
}

import { z } from "zod";
import { type Access, gitHubApi } from "../../git-host/github/api/client.ts";
import { type Failure, failureOf, isPassing } from "../../git-host/github/api/retries.ts";
import { hooksOf, hooksPath } from "../../git-host/github/hook-list.ts";
import { FleetError } from "../fleet-error.ts";
import type { Attempt } from "./attempts.ts";

/** The relevant parts of a push payload. */
export interface PushDetail {
  /** `owner/name`. */
  readonly repository: string;
  /** The full name: `refs/heads/main`. */
  readonly ref: string;
  /** The commit, or zeros if the reference was deleted. */
  readonly after: string;
}

/** The hooks of repositories and organizations, and their deliveries. */
export interface HooksApi {
  /** The id of the hook with this address; undefined if there is none. */
  find(place: string, url: string): Promise<string | undefined>;
  /** The attempts since a time, newest first. */
  attempts(place: string, hook: string, since: Date): Promise<readonly Attempt[]>;
  detail(place: string, hook: string, attempt: string): Promise<PushDetail>;
  /** The current commit of a reference; undefined if it does not exist. */
  head(repository: string, ref: string): Promise<string | undefined>;
  /** Makes GitHub try again. {@link attempts} shows the result some seconds later. */
  redeliver(place: string, hook: string, attempt: string): Promise<void>;
}

/** GitHub refuses or fails the calls for one hook. Others can continue. */
export class HookRefusal extends Error {
  override readonly name = "HookRefusal";
}

const PAGE = 100;

// Octokit reads integers beyond the safe range as bigint.
const idSchema = z.union([z.int(), z.bigint()]).transform(String);
const attemptsSchema = z.array(
  z
    .object({
      id: idSchema,
      guid: z.string(),
      event: z.string(),
      delivered_at: z.string(),
      status: z.string(),
      status_code: z.int(),
    })
    .transform(({ delivered_at, status_code, ...rest }) => ({
      ...rest,
      deliveredAt: delivered_at,
      statusCode: status_code,
    })),
);
const detailSchema = z
  .object({
    request: z.object({
      payload: z.object({
        ref: z.string(),
        after: z.string(),
        repository: z.object({ full_name: z.string() }),
      }),
    }),
  })
  .transform(({ request: { payload } }) => ({
    repository: payload.repository.full_name,
    ref: payload.ref,
    after: payload.after,
  }));

/**
 * @throws FleetError if GitHub cannot be reached or rejects the token, {@link HookRefusal} for one hook
 */
export function hooksApi(url: string, access: Access): HooksApi {
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
    find: async (place, address) => {
      const hooks = await hooksOf(api, place, (failure) => refusal(failure, place, url));
      return hooks.find((hook) => hook.url === address)?.id;
    },
    attempts: async (place, hook, since) => {
      const found: Attempt[] = [];
      for (let cursor: string | undefined; ; ) {
        const query = { per_page: PAGE, ...(cursor !== undefined && { cursor }) };
        const { data, headers } = await request("GET", place, `/${hook}/deliveries`, query);
        const page = attemptsSchema.parse(data);
        found.push(...page.filter(({ deliveredAt }) => new Date(deliveredAt) >= since));
        cursor = nextCursor(headers.link);
        const last = page.at(-1);
        if (cursor === undefined || last === undefined || new Date(last.deliveredAt) < since) return found;
      }
    },
    detail: async (place, hook, attempt) =>
      detailSchema.parse((await request("GET", place, `/${hook}/deliveries/${attempt}`)).data),
    head: async (repository, ref) =>
      await call(
        async () => await headOf(repository, ref),
        (failure) => refusal(failure, repository, url),
      ),
    redeliver: async (place, hook, attempt) => {
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
  if (status === 0) {
    return new FleetError(`${url} cannot be reached (${said}). Check the network and run again.`);
  }
  if (status === 401) {
    return new FleetError(
      `${url} rejects the token (${said}). Set a valid one: pulumi config set --secret github:token, or GITHUB_TOKEN.`,
    );
  }
  if (isPassing(failure)) {
    return new HookRefusal(`GitHub answered ${status} (${said}) repeatedly. Run again later.`);
  }
  if (status === 403 || status === 404) {
    const kind = place.includes("/") ? "repository" : "organization";
    return new HookRefusal(
      `the token may not read or redeliver here (${status} ${said}). ` +
        `Give it (or its GitHub App) the ${kind} permission Webhooks: read and write.`,
    );
  }
  return new HookRefusal(`GitHub answered ${status} (${said}).`);
}

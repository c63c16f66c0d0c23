import { z } from "zod";
import type { ExistingHook } from "../repositories.ts";
import { type Access, type GitHubApi, gitHubApi } from "./api/client.ts";
import type { Failure } from "./api/retries.ts";

const PAGE = 100;

const pageSchema = z.array(
  z.object({
    // Octokit reads integers beyond the safe range as bigint.
    id: z.union([z.int(), z.bigint()]).transform(String),
    active: z.boolean().default(true),
    events: z.array(z.string()),
    config: z.object({ url: z.string().optional() }),
  }),
);

/** Opens the GitHub at a web address for {@link hooksOf}. */
export function githubHooksAt(url: string, access: Access) {
  const api = gitHubApi(url, access);
  return (place: string, refuse: (failure: Failure) => Error) => hooksOf(api, place, refuse);
}

/**
 * The hooks of a repository (`acme/nginx`) or an organization (`acme`), oldest first.
 * @param refuse creates the error for a permanent failure. GitHub answers 404 if the token may not administer hooks.
 */
export async function hooksOf(
  { octokit, call }: GitHubApi,
  place: string,
  refuse: (failure: Failure) => Error,
): Promise<readonly ExistingHook[]> {
  const repository = place.split("/")[1];
  const found: ExistingHook[] = [];
  for (let page = 1; ; page += 1) {
    const { data } = await call(
      async (): Promise<{ readonly data: unknown }> =>
        await octokit.request(`GET ${hooksPath(place)}`, { per_page: PAGE, page }),
      refuse,
    );
    const some = pageSchema.parse(data);
    for (const { id, config, ...hook } of some)
      found.push({ id, importId: repository === undefined ? id : `${repository}/${id}`, ...config, ...hook });
    if (some.length < PAGE) return found.sort((one, other) => Number(one.id) - Number(other.id));
  }
}

/** Names in the plan contain no character that needs escaping. */
export function hooksPath(place: string): string {
  return place.includes("/") ? `/repos/${place}/hooks` : `/orgs/${place}/hooks`;
}

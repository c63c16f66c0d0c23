import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/*
 * The sandbox reads these values before `pulumi up`. It ignores errors in the file: `pulumi up` reports them with
 * their lines.
 */

/** The organization that the local GitHub plays. */
export const OWNER = "acme";

/** The repository that the values files live in. */
export const GITOPS = `${OWNER}/gitops`;

/** All repositories in `services.json` and the files that it includes, and the GitOps repository. */
export async function repositoriesOf(catalogue: string): Promise<readonly string[]> {
  const included = Object.values(await entriesOf(catalogue, "include")).filter(
    (name) => typeof name === "string",
  );
  const found = globSync(included, { cwd: dirname(catalogue) }).map((file) => join(dirname(catalogue), file));
  const maps = await Promise.all([catalogue, ...found].map((file) => entriesOf(file, "services")));
  const services = maps.flatMap((map) => Object.values(map));
  const named = services
    .map((service) => (isObject(service) ? service.repository : undefined))
    .filter((name): name is string => typeof name === "string" && name.startsWith(`${OWNER}/`));
  return [...new Set([GITOPS, ...named])].sort();
}

/** All teams in `services.json` whose names are valid in a namespace. */
export async function teamsOf(catalogue: string): Promise<readonly string[]> {
  const names = Object.keys(await entriesOf(catalogue, "teams"));
  return names.filter((name) => /^[a-z0-9]([a-z0-9-]{0,54}[a-z0-9])?$/.test(name));
}

async function entriesOf(
  catalogue: string,
  map: "services" | "teams" | "include",
): Promise<Record<string, unknown>> {
  const text = await readFile(catalogue, "utf8").catch(() => "");
  try {
    const whole: unknown = JSON.parse(text);
    const entries = isObject(whole) ? whole[map] : undefined;
    return isObject(entries) ? entries : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}

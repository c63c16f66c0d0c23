import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/*
 * What the sandbox must know of a catalogue before `pulumi up` reads it. One that cannot be read, or is wrong in part,
 * says less here: what is wrong with it is for `pulumi up` to say, with its line.
 */

/** The organization that the local GitHub plays. */
export const OWNER = "acme";

/** The repository that the values files live in. */
export const GITOPS = `${OWNER}/gitops`;

/** The repositories that a catalogue names with the files that it includes, and the GitOps repository. */
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

/** The teams that a catalogue names, as far as a namespace can be named after them. */
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

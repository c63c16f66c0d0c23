import { readFile, writeFile } from "node:fs/promises";
import { downloadReleases } from "./download.ts";
import { readFolder } from "./folder.ts";
import { nameOf, RELEASES, type Release } from "./releases.ts";
import { banner, typesOf } from "./types.ts";

/** Where the types of which kinds are kept: those that this project writes and whose definition says something. */
export const GENERATED: Readonly<Record<string, readonly string[]>> = {
  "manifests/definitions/kargo.ts": [
    "ClusterPromotionTask",
    "Project",
    "ProjectConfig",
    "Stage",
    "Warehouse",
  ],
  "manifests/definitions/argo-cd.ts": ["Application", "AppProject"],
};

/**
 * The text of each file of generated types, by its path.
 *
 * @returns nothing of a file whose definitions cannot all be had here, and why
 */
export async function generatedTypes(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<{ readonly texts: ReadonlyMap<string, string>; readonly missing: readonly string[] }> {
  const folder = environment.CRDS_DIR ? await readFolder(environment.CRDS_DIR) : undefined;
  const downloaded = folder ? undefined : await downloadReleases(environment, RELEASES);
  const texts = new Map<string, string>();
  const missing: string[] = [];
  for (const [file, kinds] of Object.entries(GENERATED)) {
    const found = await Promise.all(
      kinds.map(async (kind) => {
        const { release, definition } = publishedAs(kind);
        const text = folder?.get(nameOf(release, definition)) ?? downloaded?.texts.get(definition.sha256);
        if (text === undefined) missing.push(kind);
        return text === undefined ? "" : typesOf(release, definition, text);
      }),
    );
    const [kind = ""] = kinds;
    if (!found.includes("")) texts.set(file, [banner(publishedAs(kind).release), ...found].join("\n"));
  }
  return { texts, missing };
}

function publishedAs(kind: string) {
  const found = RELEASES.flatMap((release: Release) =>
    release.definitions.map((definition) => ({ release, definition })),
  ).find(({ definition }) => definition.kind === kind);
  if (found === undefined) throw new Error(`no release publishes ${kind}`);
  return found;
}

/* `npm run definitions`: writes the types anew, after a release was raised in releases.ts. */
if (import.meta.main) {
  const { texts, missing } = await generatedTypes();
  for (const [file, text] of texts) {
    const before = await readFile(file, "utf8").catch(() => "");
    if (text !== before) await writeFile(file, text);
    process.stdout.write(`${file}  ${text === before ? "is up to date" : "written"}\n`);
  }
  if (missing.length > 0) {
    process.stderr.write(
      `The definitions of ${missing.join(", ")} cannot be had here. Set CRDS_DIR to a folder that holds them.\n`,
    );
    process.exitCode = 1;
  }
}

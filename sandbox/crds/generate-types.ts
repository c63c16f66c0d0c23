import { readFile, writeFile } from "node:fs/promises";
import { SandboxError } from "../sandbox-error.ts";
import { DEFINITIONS } from "./releases.ts";
import { definitionTexts } from "./texts.ts";
import { banner, typesOf } from "./types.ts";

/**
 * The file for each group of kinds. The kinds are those that this project writes and whose definition has a useful
 * schema.
 */
const GENERATED: Readonly<Record<string, readonly string[]>> = {
  "manifests/definitions/kargo.ts": [
    "ClusterPromotionTask",
    "Project",
    "ProjectConfig",
    "Stage",
    "Warehouse",
  ],
  "manifests/definitions/argo-cd.ts": ["Application", "AppProject"],
};

/** The definitions of the generated kinds. */
export const WRITTEN = DEFINITIONS.filter(({ kind }) => Object.values(GENERATED).flat().includes(kind));

/** The text of each file of generated types, by path. @throws SandboxError if a definition is unavailable */
export async function generatedTypes(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ReadonlyMap<string, string>> {
  const texts = await definitionTexts(environment, WRITTEN);
  const files = Object.entries(GENERATED).map(async ([file, kinds]) => {
    const written = kinds.flatMap((kind) => WRITTEN.filter((definition) => definition.kind === kind));
    const types = written.map((definition) => typesOf(definition, texts.get(definition.name) ?? ""));
    const heads = written.slice(0, 1).map(({ release }) => banner(release));
    return [file, [...heads, ...(await Promise.all(types))].join("\n")] as const;
  });
  return new Map(await Promise.all(files));
}

/* `npm run definitions` regenerates the types. Run it after you raise a release in releases.ts. */
if (import.meta.main) {
  try {
    for (const [file, text] of await generatedTypes()) {
      const before = await readFile(file, "utf8").catch(() => "");
      if (text !== before) await writeFile(file, text);
      process.stdout.write(`${file}  ${text === before ? "is up to date" : "written"}\n`);
    }
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

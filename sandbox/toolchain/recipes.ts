import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EditedModule } from "./edited-module.ts";
import type { ProgramDefinition } from "./programs.ts";

/** A Go module, built by one `go build` for all its missing programs. */
export interface Recipe {
  /** The folder of the Go module. */
  readonly module: string;
  readonly ldflags: string;
  /** A module whose source is edited first. */
  readonly edited?: EditedModule;
  /** The usual duration of a first build on two cores, with downloads. */
  readonly usually: string;
}

/** Flags of every build. The module pins the versions. */
export const buildFlags = ["-mod=readonly", "-trimpath", "-buildvcs=false"] as const;

/** Static binaries without a C compiler, independent of a surrounding Go workspace. */
export const buildEnvironment = { CGO_ENABLED: "0", GOWORK: "off", GO111MODULE: "on" } as const;

/**
 * A hash of a build's inputs, 12 hexadecimal digits: flags, main package and every file of the module (go.mod,
 * go.sum, sources, embedded files). So an edited plugin is built again.
 */
export async function recipeKey({
  recipe,
  package: main,
}: Pick<ProgramDefinition, "recipe" | "package">): Promise<string> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([buildFlags, buildEnvironment, recipe.ldflags, main, recipe.edited]));
  const entries = await readdir(recipe.module, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !/_test\.go$|\.md$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const content = await readFile(file);
    hash.update(`\n${file.slice(recipe.module.length)} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

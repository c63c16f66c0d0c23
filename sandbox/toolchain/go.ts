import { readFile } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import { ToolchainError } from "./errors.ts";
import type { Finding } from "./look.ts";
import { firstOnPath } from "./places.ts";

/**
 * Finds Go for the build. Go reports itself if it is too old; from 1.21 on it downloads a newer one
 * (https://go.dev/doc/toolchain).
 * @returns a path, or an error that lists every program to build with its makers' page
 */
export async function goFor(
  toBuild: readonly Finding[],
  environment: NodeJS.ProcessEnv,
): Promise<string | ToolchainError> {
  const path = await firstOnPath("go", environment);
  if (path !== undefined) return path;
  const width = Math.max(...toBuild.map(({ definition }) => definition.name.length));
  const lines = toBuild.flatMap(({ definition: { name, published, wanted }, refused }) => [
    `  ${name.padEnd(width)}  ${wanted}`,
    `  ${"".padEnd(width)}  ${published}`,
    ...refused.map((reason) => `  ${"".padEnd(width)}  (${reason})`),
  ]);
  const versions = toBuild.map(async ({ definition }) => {
    const goMod = await readFile(join(definition.recipe.module, "go.mod"), "utf8");
    return semver.coerce(/^go (\S+)$/m.exec(goMod)?.[1] ?? "1.0")?.version ?? "";
  });
  const [needed] = (await Promise.all(versions)).sort(semver.rcompare);
  const count = toBuild.length === 1 ? "one program has" : `${toBuild.length} programs have`;
  return new ToolchainError(
    "go missing",
    [
      `Go is not on PATH, and ${count} to be built with Go ${needed} or newer.`,
      "Either install it (https://go.dev/dl/) and run again,",
      "or put these programs on PATH, from where their makers publish them:",
      ...lines,
    ].join("\n"),
  );
}

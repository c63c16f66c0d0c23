import { parse } from "node:path";
import semver from "semver";
import { ToolchainError } from "./errors.ts";
import type { Finding } from "./look.ts";
import { firstOnPath } from "./places.ts";
import { runInGroup } from "./process-group.ts";
import { goVersionOf } from "./recipes.ts";

/** The Go on this machine, or why none can be used. */
export type GoStatus =
  | { readonly path: string; readonly version: string }
  | { readonly problem: "go missing" | "go too old"; readonly why: string };

/** The newest Go that any of these builds demands, such as `1.26.0`. */
export async function goNeededBy(findings: readonly Finding[]): Promise<string> {
  const versions = await Promise.all(findings.map(({ recipe }) => goVersionOf(recipe)));
  return versions.map(coerced).sort(semver.rcompare)[0] ?? "1.0.0";
}

/**
 * Looks for a Go that can build modules of the given `go` line. An older one from 1.21 on fetches the newer toolchain
 * by itself unless GOTOOLCHAIN forbids it (https://go.dev/doc/toolchain).
 */
export async function findGo(needed: string, environment: NodeJS.ProcessEnv): Promise<GoStatus> {
  const path = await firstOnPath("go", environment);
  if (path === undefined) {
    return { problem: "go missing", why: "Go is not on PATH" };
  }
  // Outside any module, whose go.mod would have its say.
  const options = { environment: { ...environment, GOWORK: "off" }, folder: parse(process.cwd()).root };
  const said = (await runInGroup(path, ["version"], options)).lines.join("\n");
  const version = coerced(/go(\d+\.\d+(?:\.\d+)?)/.exec(said)?.[1] ?? "0.0.0");
  if (semver.gte(version, needed)) {
    return { path, version };
  }
  const toolchain = (await runInGroup(path, ["env", "GOTOOLCHAIN"], options)).lines.join("");
  if (semver.gte(version, "1.21.0") && /auto|path/.test(toolchain)) {
    return { path, version };
  }
  const local = semver.gte(version, "1.21.0")
    ? ` and GOTOOLCHAIN=${toolchain} keeps it from fetching a newer one`
    : "";
  return { problem: "go too old", why: `${path} is Go ${version}${local}` };
}

/** The error where programs have to be built and Go cannot do it: it names every program and its makers' page. */
export function cannotBuild(
  status: { readonly problem: "go missing" | "go too old"; readonly why: string },
  needed: string,
  missing: readonly Finding[],
): ToolchainError {
  const width = Math.max(...missing.map(({ definition }) => definition.name.length));
  const lines = missing.flatMap(({ definition: { name, published }, wanted, refused }) => {
    return [
      `  ${name.padEnd(width)}  ${wanted}`,
      `  ${"".padEnd(width)}  ${published}`,
      ...refused.map((reason) => `  ${"".padEnd(width)}  (${reason})`),
    ];
  });
  const count = missing.length === 1 ? "one program has" : `${missing.length} programs have`;
  return new ToolchainError(
    status.problem,
    [
      `${status.why}, and ${count} to be built with Go ${needed} or newer.`,
      "Either install it (https://go.dev/dl/) and run again,",
      "or put these programs on PATH, from where their makers publish them:",
      ...lines,
    ].join("\n"),
  );
}

/** Go's own `1.26` and `1.26rc1` as semver. */
function coerced(version: string): string {
  return semver.coerce(version)?.version ?? "0.0.0";
}

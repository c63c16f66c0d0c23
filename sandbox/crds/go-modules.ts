import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../fleet/temporary-folder.ts";
import { firstOnPath } from "../toolchain/places.ts";
import { runInGroup } from "../toolchain/process-group.ts";
import type { Definition, Release } from "./releases.ts";
import type { Found } from "./texts.ts";

/** Reads the files of releases from the Go modules of the same versions. */
export async function filesOfModules(
  definitions: readonly Definition[],
  environment: NodeJS.ProcessEnv,
): Promise<Found> {
  const go = await firstOnPath("go", environment);
  if (go === undefined) return { files: new Map(), reason: "Go is not on PATH" };
  const { path, remove } = await temporaryFolder("modules");
  try {
    const modules = [...new Set(definitions.map(({ release }) => moduleOf(release)))];
    const { lines } = await runInGroup(go, ["mod", "download", ...modules], {
      folder: path,
      // Our checksums replace the checksum database. The modules are only read, so their required Go version does
      // not matter.
      environment: {
        ...environment,
        GOMODCACHE: path,
        GOFLAGS: "-modcacherw",
        GOSUMDB: "off",
        GOTOOLCHAIN: "local",
        GOWORK: "off",
      },
    });
    const files = new Map<string, { place: string; text: string }>();
    for (const { name, release, kind } of definitions) {
      const place = `${moduleOf(release)}/${release.folder}/${release.file(kind)}`;
      const text = await readFile(join(path, place), "utf8").catch(() => undefined);
      if (text !== undefined) files.set(name, { place, text });
    }
    return { files, reason: `go mod download says: ${lines.join(" ")}` };
  } finally {
    await remove();
  }
}

/**
 * The path of a Go module ends with its major version from 2 on (https://go.dev/ref/mod#major-version-suffixes).
 */
function moduleOf({ repository, tag }: Release): string {
  const [major = ""] = tag.split(".");
  return `github.com/${repository}${/^v[01]$/.test(major) ? "" : `/${major}`}@${tag}`;
}

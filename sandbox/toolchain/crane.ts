import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Catalogue, FoundProgram } from "./look.ts";
import { type ProvideOptions, provideOne } from "./provide.ts";

/** crane, which the last step of a build runs; the tests push with it, to the registry that it can serve. */
export const craneCatalogue: Catalogue<"crane"> = {
  programs: [
    {
      name: "crane",
      version: "0.20.6",
      question: { kind: "command", args: ["version"], answer: /^v?(\d+\.\d+\.\d+\S*)/ },
      wanted: () => ({ range: ">=0.20.6 <1.0.0-0", words: "0.20.6 or newer, below 1" }),
      plugin: false,
      published: "https://github.com/google/go-containerregistry/releases",
    },
  ],
  recipes: [
    {
      name: "crane",
      module: join(dirname(fileURLToPath(import.meta.url)), "modules", "crane"),
      packages: { crane: "github.com/google/go-containerregistry/cmd/crane" },
      ldflags: "-s -w -X github.com/google/go-containerregistry/cmd/crane/cmd.Version=0.20.6",
      usually: "30 s",
    },
  ],
};

/**
 * Finds crane, or builds it with progress.
 *
 * @throws ToolchainError
 */
export function ensureCrane(
  options?: Pick<ProvideOptions, "environment" | "output" | "quiet">,
): Promise<FoundProgram<"crane">> {
  return provideOne(craneCatalogue, options);
}

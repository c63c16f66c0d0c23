import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Catalogue, FoundProgram } from "./look.ts";
import { type ProvideOptions, provideOne } from "./provide.ts";

/** actionlint, which lints the workflows in the tests. */
export const actionlintCatalogue: Catalogue<"actionlint"> = {
  programs: [
    {
      name: "actionlint",
      version: "1.7.12",
      question: { kind: "command", args: ["-version"], answer: /^v?(\d+\.\d+\.\d+\S*)/ },
      wanted: () => ({ range: ">=1.7.12 <2.0.0-0", words: "1.7.12 or newer, below 2" }),
      plugin: false,
      published: "https://github.com/rhysd/actionlint/releases",
    },
  ],
  recipes: [
    {
      name: "actionlint",
      module: join(dirname(fileURLToPath(import.meta.url)), "modules", "actionlint"),
      packages: { actionlint: "github.com/rhysd/actionlint/cmd/actionlint" },
      ldflags: "-s -w -X github.com/rhysd/actionlint.version=1.7.12",
      usually: "15 s",
    },
  ],
};

/**
 * Finds actionlint, or builds it with progress.
 *
 * @throws ToolchainError
 */
export function ensureActionlint(
  options?: Pick<ProvideOptions, "environment" | "output" | "quiet">,
): Promise<FoundProgram<"actionlint">> {
  return provideOne(actionlintCatalogue, options);
}

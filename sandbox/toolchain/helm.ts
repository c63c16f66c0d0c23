import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Catalogue, FoundProgram } from "./look.ts";
import { type ProvideOptions, provideOne } from "./provide.ts";

/**
 * Helm, which renders the example chart in the tests. The sandbox starts without it, so it is looked for, and built, by
 * itself. Helm 3, as it is what Argo CD renders with.
 */
export const helmCatalogue: Catalogue<"helm"> = {
  programs: [
    {
      name: "helm",
      version: "3.22.0",
      question: { kind: "command", args: ["version", "--short"], answer: /^v(\d+\.\d+\.\d+[^\s+]*)/m },
      wanted: () => ({ range: ">=3.14.0 <5.0.0-0", words: "3.14 or newer, below 5" }),
      plugin: false,
      published: "https://github.com/helm/helm/releases",
    },
  ],
  recipes: [
    {
      name: "helm",
      module: join(dirname(fileURLToPath(import.meta.url)), "modules", "helm"),
      packages: { helm: "helm.sh/helm/v3/cmd/helm" },
      ldflags: "-s -w -X helm.sh/helm/v3/internal/version.version=v3.22.0",
      usually: "3 min",
    },
  ],
};

/**
 * Finds Helm, or builds it with progress.
 *
 * @throws ToolchainError
 */
export function ensureHelm(
  options?: Pick<ProvideOptions, "environment" | "output" | "quiet">,
): Promise<FoundProgram<"helm">> {
  return provideOne(helmCatalogue, options);
}

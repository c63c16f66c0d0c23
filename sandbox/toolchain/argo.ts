import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Catalogue, FoundProgram } from "./look.ts";
import { type ProvideOptions, provideOne } from "./provide.ts";

/**
 * Argo Workflows' command line, which lints workflow templates in the tests. What is built is its own linter without
 * the rest, `argo lint --offline` and `argo version`: the whole does not build from its module, which lacks the web
 * interface. 4.0.5 is the newest that the module proxies serve.
 */
export const argoCatalogue: Catalogue<"argo"> = {
  programs: [
    {
      name: "argo",
      version: "4.0.5",
      question: { kind: "command", args: ["version", "--short"], answer: /^argo: v(\d+\.\d+\.\d+[^\s+]*)/m },
      wanted: () => ({ range: ">=4.0.5 <5.0.0-0", words: "4.0.5 or newer, below 5" }),
      plugin: false,
      published: "https://github.com/argoproj/argo-workflows/releases",
    },
  ],
  recipes: [
    {
      name: "argo",
      module: join(dirname(fileURLToPath(import.meta.url)), "modules", "argo"),
      packages: { argo: "." },
      ldflags: "-s -w -X main.version=4.0.5",
      usually: "3 min",
    },
  ],
};

/**
 * Finds argo, or builds it with progress. To be called as `argo lint --offline <file>…`: a build of ours knows no more.
 *
 * @throws ToolchainError
 */
export function ensureArgo(
  options?: Pick<ProvideOptions, "environment" | "output" | "quiet">,
): Promise<FoundProgram<"argo">> {
  return provideOne(argoCatalogue, options);
}

import type { Catalogue, FoundProgram } from "./look.ts";
import { programs } from "./programs.ts";
import { type ProvideOptions, provideOne } from "./provide.ts";
import { recipes } from "./recipes.ts";

const NAME = "sandbox-argo-events";

/** The program of Argo Events' code alone, for tests that need nothing else of the toolchain. */
const catalogue: Catalogue = {
  programs: programs.filter(({ name }) => name === NAME),
  recipes: recipes.filter(({ packages }) => packages[NAME] !== undefined),
};

/**
 * Finds the program of Argo Events' code, or builds it with progress.
 *
 * @throws ToolchainError
 */
export function ensureArgoEvents(options?: Pick<ProvideOptions, "output" | "quiet">): Promise<FoundProgram> {
  return provideOne(catalogue, options);
}

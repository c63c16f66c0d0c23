import { actionlintCatalogue } from "./actionlint.ts";
import { argoCatalogue } from "./argo.ts";
import { craneCatalogue } from "./crane.ts";
import { helmCatalogue } from "./helm.ts";
import type { Catalogue } from "./look.ts";

const catalogues: readonly Catalogue[] = [helmCatalogue, argoCatalogue, actionlintCatalogue, craneCatalogue];

/** What the tests take besides, each looked for and built by itself: the sandbox starts without them. */
export const forTests: Catalogue = {
  programs: catalogues.flatMap(({ programs }) => programs),
  recipes: catalogues.flatMap(({ recipes }) => recipes),
};

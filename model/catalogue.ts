import { posix } from "node:path";
import { z } from "zod";
import { didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import { parseJson, type SourceDocument } from "./documents.ts";
import { namesIn, readEntries } from "./entries.ts";
import { type CatalogueFolder, includePattern, NO_FOLDER } from "./include-pattern.ts";
import { type IncludedFile, readIncluded } from "./included-files.ts";
import { dnsLabel } from "./kubernetes-names.ts";
import type { Reading } from "./schema-problems.ts";
import { service } from "./service-entry.ts";
import { team } from "./team.ts";

/** The schema of `services.json`. */
export const catalogueSchema = z.strictObject({
  $schema: z
    .string()
    .optional()
    .meta({ description: "The JSON Schema, for editors.", examples: ["./services.schema.json"] }),
  include: z
    .array(includePattern)
    .max(100)
    .default([])
    .meta({
      description:
        "Files with more services, each named after its team: paths relative to this file, with at most one * in each part.",
      examples: [["catalogue/*.json"]],
    }),
  teams: z.record(dnsLabel, team).meta({
    description: "The teams that own services.",
    examples: [{ edge: { group: "AD-Edge-Engineers" } }],
  }),
  services: z.record(dnsLabel, service).meta({
    description: "The services, by name.",
    examples: [{ nginx: { team: "edge", repository: "acme/nginx" } }],
  }),
});

/** The validated content of `services.json` and all included files. */
export type Catalogue = Omit<z.output<typeof catalogueSchema>, "$schema">;
export type CatalogueService = Catalogue["services"][string];
export type Team = Catalogue["teams"][string];
export type ServiceState = CatalogueService["state"];

/** A catalogue with its document, which finds each service in the file that lists it. */
export interface CatalogueReading extends Reading<Catalogue> {
  /** The included files that could be parsed. */
  readonly included: readonly IncludedFile[];
}

/**
 * Reads `services.json` and the included files. The value omits invalid entries, so that checks of several entries
 * still run and all problems are reported at once.
 * @param file the name in problems; included files are found relative to it
 * @param folder the source of included files
 */
export function readCatalogue(
  file: string,
  text: string,
  folder: CatalogueFolder = NO_FOLDER,
): CatalogueReading {
  const main = parseJson(file, text);
  if (main.value === undefined)
    return { value: undefined, problems: main.problems, document: main, included: [] };
  const own = readEntries(catalogueSchema, main);
  const { files, complete, problems } = readIncluded(own.value?.include ?? [], main, folder);
  const document = withIncluded(main, files);
  const services = Object.assign({}, ...files.map((each) => each.services).reverse(), own.value?.services);
  const whole = own.value && { ...own.value, services };
  // A reference to a service in an unreadable file is no problem.
  const isWhole = complete && !own.problems.some(({ path }) => path.startsWith("include"));
  return {
    value: isWhole ? whole : undefined,
    problems: [...main.problems, ...own.problems, ...problems, ...unknownTeams(whole, document)],
    document,
    included: files,
  };
}

/** The patterns of `include` in a `services.json`, relative to the folder of the stack files. */
export function patternsIn(file: string, text: string): string[] {
  const main = parseJson(file, text);
  const { include = [] } = readEntries(catalogueSchema, main).value ?? {};
  return include.map((pattern) => posix.join(posix.dirname(file), pattern));
}

/** The catalogue's document, in which a duplicate service has the place of its first entry. */
function withIncluded(main: SourceDocument, files: readonly IncludedFile[]): SourceDocument {
  if (files.length === 0) return main;
  const homes = new Map<string, SourceDocument>();
  for (const { document } of [{ document: main }, ...files])
    for (const name of namesIn(document, "services")) if (!homes.has(name)) homes.set(name, document);
  return {
    ...main,
    place: (path, part) => {
      const home = path[0] === "services" ? homes.get(String(path[1])) : undefined;
      return (home ?? main).place(path, part);
    },
  };
}

function unknownTeams(catalogue: Catalogue | undefined, document: SourceDocument): Problem[] {
  const teams = namesIn(document, "teams");
  return Object.entries(catalogue?.services ?? {})
    .filter(([, { team: name }]) => !teams.includes(name))
    .map(([name, { team: missing }]) => {
      const message = `${JSON.stringify(missing)} is not a team (there are: ${listed(teams)}).`;
      const fix = didYouMean(missing, teams) ?? "Add it under teams or use one of these.";
      return problem("KF020", document, ["services", name, "team"], message, fix);
    });
}

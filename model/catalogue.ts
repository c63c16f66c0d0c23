import { z } from "zod";
import { serviceBuildSchema } from "./builds.ts";
import { didYouMean, formatPath, listed, type Problem } from "./diagnostics.ts";
import { parseJson, type SourceDocument } from "./documents.ts";
import { folder } from "./folders.ts";
import { githubRepository } from "./github-names.ts";
import { imageRepository } from "./image.ts";
import { dnsLabel, labelKey, labelValue } from "./kubernetes-names.ts";
import { type Reading, readBySchema } from "./schema-problems.ts";
import { tagSelection } from "./tags.ts";
import { team } from "./team.ts";
import { warehouseOptions } from "./warehouse-options.ts";

const service = z.strictObject({
  team: z
    .string()
    .meta({ description: "The team that owns the service: a key of teams.", examples: ["edge"] }),
  repository: githubRepository.meta({
    description: "The GitHub repository with the source: owner/name.",
    examples: ["acme/nginx"],
  }),
  image: imageRepository.optional().meta({
    description: "The image repository. Default: <registry>/<service>.",
    examples: ["registry.example/edge/nginx"],
  }),
  tags: tagSelection
    .prefault({ strategy: "lexical" })
    .meta({ description: "How the Warehouse picks among tags." }),
  warehouse: warehouseOptions.optional().meta({
    description: "What this service's Warehouse does otherwise than the stack's do.",
    examples: [{ interval: "15m" }],
  }),
  pipeline: z
    .string()
    .default("standard")
    .meta({ description: "A pipeline of the stack config.", examples: ["standard", "regulated"] }),
  build: serviceBuildSchema.prefault({}).meta({
    description: "How the image is built from the repository; false where something else builds it.",
    examples: [false, { context: "services/api", branch: "main" }],
  }),
  chart: z
    .strictObject({
      path: folder().meta({
        description: "Folder of the chart in the GitOps repository; {service} and {cluster} are filled in.",
        examples: ["charts/edge"],
      }),
    })
    .optional()
    .meta({ description: "Another chart than the stack's.", examples: [{ path: "charts/edge" }] }),
  labels: z
    .record(labelKey, labelValue)
    .default({})
    .meta({ description: "Labels to select services by.", examples: [{ tier: "critical", region: "eu" }] }),
  state: z.enum(["active", "decommissioned"]).default("active").meta({
    description:
      "decommissioned: the first of two steps away. No hook, no auto-promotion, no protection; removing the entry deletes it.",
  }),
});

/** The schema of `services.json`. */
export const catalogueSchema = z.strictObject({
  $schema: z
    .string()
    .optional()
    .meta({ description: "For the editor.", examples: ["./services.schema.json"] }),
  teams: z.record(dnsLabel, team).meta({
    description: "The teams that own services.",
    examples: [{ edge: { group: "AD-Edge-Engineers" } }],
  }),
  services: z.record(dnsLabel, service).meta({
    description: "The services, by name.",
    examples: [{ nginx: { team: "edge", repository: "acme/nginx" } }],
  }),
});

/** The validated content of `services.json`. */
export type Catalogue = Omit<z.output<typeof catalogueSchema>, "$schema">;
export type CatalogueService = Catalogue["services"][string];
export type Team = Catalogue["teams"][string];
export type ServiceState = CatalogueService["state"];

/**
 * Reads `services.json`. Entries that are wrong are left out of the value, so that what spans several entries can
 * still be checked and every problem of a file is said at once.
 *
 * @param file the name to show in problems
 */
export function readCatalogue(file: string, text: string): Reading<Catalogue> {
  const document = parseJson(file, text);
  if (document.value === undefined) return { value: undefined, problems: document.problems, document };
  const whole = readBySchema(catalogueSchema, document.value, document);
  const value = whole.value ?? catalogueSchema.safeParse(withoutEntries(document.value, whole.issues)).data;
  const problems = [...document.problems, ...whole.problems, ...unknownTeams(value, document)];
  return { value, problems, document };
}

/** A copy of the raw catalogue without the teams and services that an issue lies in. */
function withoutEntries(raw: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) return raw;
  const wrong = new Set(issues.map(({ path }) => JSON.stringify(path.slice(0, 2))));
  const known = Object.entries(raw).filter(([key]) => key === "teams" || key === "services");
  const pruned = known.map(([map, entries]) => [
    map,
    entries !== null && typeof entries === "object"
      ? Object.fromEntries(
          Object.entries(entries).filter(([name]) => !wrong.has(JSON.stringify([map, name]))),
        )
      : entries,
  ]);
  return Object.fromEntries(pruned);
}

function unknownTeams(catalogue: Catalogue | undefined, document: SourceDocument): Problem[] {
  const teams = teamNames(document.value);
  return Object.entries(catalogue?.services ?? {})
    .filter(([, { team: name }]) => !teams.includes(name))
    .map(([name, { team: missing }]) => ({
      code: "KF020",
      place: document.place(["services", name, "team"]),
      path: formatPath(["services", name, "team"]),
      message: `${JSON.stringify(missing)} is no team (there are: ${listed(teams)}).`,
      wayOut: didYouMean(missing, teams) ?? "Add it under teams or use one of these.",
    }));
}

/** From the raw document: a team that is itself wrong has its own problem, and its services have none. */
function teamNames(raw: unknown): string[] {
  const teams = raw !== null && typeof raw === "object" && "teams" in raw ? raw.teams : undefined;
  return teams !== null && typeof teams === "object" ? Object.keys(teams) : [];
}

import { RE2JS } from "re2js";
import { z } from "zod";
import { serviceBuildSchema } from "./builds.ts";
import { didYouMean, formatPath, listed, type Problem } from "./diagnostics.ts";
import { parseJson, type SourceDocument } from "./documents.ts";
import { DURATION, duration, durationSeconds } from "./durations.ts";
import { folder } from "./folders.ts";
import { nameProblem } from "./names.ts";
import { matching } from "./patterns.ts";
import { type Reading, readBySchema } from "./schema-problems.ts";

/** Kubernetes' DNS label (RFC 1123); the limits that derived names add are checked in names.ts. */
const dnsLabel = z.string().check((context) => {
  const message = nameProblem(context.value);
  if (message) context.issues.push({ code: "custom", input: context.value, message });
});

/** `owner/name` as GitHub allows them. */
export const githubRepository = matching(
  /^(?!-)[A-Za-z0-9-]{1,39}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
  'is no GitHub repository: write it as "owner/name", without a host or ".git".',
).refine((name) => !name.endsWith(".git"), 'ends in ".git": write the repository as "owner/name".');

/** The longest name of a repository that registries and clients take, host included. */
export const IMAGE_LIMIT = 255;

/** An image repository without scheme, tag or digest: the form Kargo's admission accepts, which knows no `--`. */
export const imageRepository = matching(
  /^[a-z0-9]+([.-][a-z0-9]+)*(:[0-9]{1,5})?(\/[a-z0-9]+((\.|_|__|-)[a-z0-9]+)*)+$/,
  "is no image repository: write host/path in lower case, without scheme, tag or digest, and without --.",
).refine((image) => image.length <= IMAGE_LIMIT, {
  error: `is longer than ${IMAGE_LIMIT} characters: no registry takes that`,
});

/** Kargo's chart sets a minimum reconcile interval of 5 minutes: a shorter one has no effect. */
export const warehouseInterval = duration("5m or 1h30m").refine(
  (text) => !DURATION.test(text) || durationSeconds(text) >= 300,
  {
    error: "must be 5m or more: Kargo's chart sets this minimum, shorter ones have no effect",
  },
);

const labelKey = matching(
  /^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
  "is no Kubernetes label key.",
);
const labelValue = matching(
  /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/,
  "is no Kubernetes label value: at most 63 letters, digits, '-', '_' or '.', a letter or digit at both ends.",
);

/** Kubernetes takes any text; what it takes of an annotation in all (256 KiB) is far above what directories allow. */
const directoryGroup = matching(
  /^(?!system:)(?=.{1,256}$)[^\s*]+( [^\s*]+)*$/,
  "is no directory group (at most 256 characters, nothing that starts with system:, no *).",
);

/** The last part of a GitHub team's address. */
const githubTeam = matching(
  /^[a-z0-9]([a-z0-9_-]{0,98}[a-z0-9])?$/,
  'is no team of GitHub: write the last part of its address, for example "edge-engineers".',
);

/** `acme/nginx*`, `registry.example/edge/*`, or a name as it is. */
const ownedPrefix = matching(
  /^[A-Za-z0-9][A-Za-z0-9./:_-]*\*?$/,
  "is neither a name nor a prefix with * at its end.",
).refine((prefix) => prefix.includes("/"), {
  error: ({ input }) => `${JSON.stringify(input)} has no slash: it would be everything of somebody.`,
});

/** Tags that sort by time: UTC timestamp of the push, then the short commit. */
export const SORTABLE_TAGS = "^[0-9]{14}-[0-9a-f]{7}$";

/** The short commit alone, as a build tags it where the Warehouse picks by the time of the build. */
export const COMMIT_TAGS = "^[0-9a-f]{7}$";

/** Kargo compiles it with Go's RE2, which has no look-ahead and no back-reference; its admission does not try. */
const tagPattern = matching(
  /^\^.*\$$/s,
  "is not anchored: Kargo searches anywhere in a tag, so write ^…$.",
).check((context) => {
  try {
    RE2JS.compile(context.value);
  } catch (error) {
    const message = `${JSON.stringify(context.value)} is no regular expression of RE2: ${(error as Error).message}.`;
    context.issues.push({ code: "custom", input: context.value, message });
  }
});

/**
 * What the Go library Masterminds/semver 3.4 reads: Kargo's admission refuses the rest. Narrower in one thing: numbers of
 * at most 15 digits and without a leading zero, since beyond 64 bits it refuses them.
 */
const NUMBER = String.raw`(0|[1-9]\d{0,14})`;
const PLACE = `(${NUMBER}|[xX*])`;
const IDENTIFIER = String.raw`(${NUMBER}|\d*[A-Za-z-][0-9A-Za-z-]*)`;
const VERSION = String.raw`v?${PLACE}(\.${PLACE}){0,2}(-${IDENTIFIER}(\.${IDENTIFIER})*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?`;
const COMPARATOR = `(=|!=|>|<|>=|=>|<=|=<|~|~>|\\^)? *${VERSION}`;
// A span stands alone: "2 1 - 1" it would read as "2>= 1, <= 1", and refuse.
const RANGE = `(${COMPARATOR}(( *, *| +)${COMPARATOR})*|${VERSION} +- +${VERSION})`;
const semverConstraint = matching(
  new RegExp(`^ *${RANGE}( *\\|\\| *${RANGE})* *$`),
  'is no semver constraint: write for example "^1.2.0", "~1.2" or ">=1.0.0, <2.0.0".',
);

const tagSelection = z.discriminatedUnion("strategy", [
  z.strictObject({
    strategy: z.literal("lexical").meta({ description: "The greatest tag by text." }),
    pattern: tagPattern
      .default(SORTABLE_TAGS)
      .meta({ description: "Which tags count; the greatest by text wins.", examples: ["^v[0-9]{8}$"] }),
  }),
  z.strictObject({
    strategy: z.literal("newest-build").meta({ description: "The image that was built last." }),
    pattern: tagPattern.default(COMMIT_TAGS).meta({
      description:
        "Which tags count; the image built last wins. Kargo reads every such tag's metadata for it.",
    }),
  }),
  z.strictObject({
    strategy: z.literal("semver").meta({ description: "The greatest version." }),
    constraint: semverConstraint.meta({
      description: "A constraint of Masterminds/semver; the greatest version within it wins.",
      examples: ["^1.2.0", ">=1.0.0, <2.0.0"],
    }),
  }),
  z.strictObject({
    strategy: z.literal("digest").meta({ description: "One tag that moves." }),
    tag: matching(/^[\w][\w.-]{0,127}$/, "is no image tag.").meta({
      description: "The mutable tag to follow.",
      examples: ["stable"],
    }),
  }),
]);

/** How a Warehouse looks at its registry; each key of a service goes before the stack's. */
export const warehouseOptions = z.strictObject({
  interval: warehouseInterval
    .optional()
    .meta({ description: "How often it looks, 5m or more. Default: the stack's.", examples: ["15m", "1h"] }),
  discoveryLimit: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "How many tags to keep: 1 to 100. Default: the stack's.", examples: [5] }),
  cacheByTag: z
    .boolean()
    .optional()
    .meta({
      description:
        "Whether a tag always means the same image. Default: the stack's; never for the strategy digest.",
      examples: [true],
    }),
  platform: matching(
    /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/,
    'is no platform: write for example "linux/amd64".',
  )
    .optional()
    .meta({ description: "Which platform's images count. Default: any.", examples: ["linux/amd64"] }),
});

const team = z.strictObject({
  group: directoryGroup.meta({
    description: "The directory group whose members are the team.",
    examples: ["AD-Edge-Engineers"],
  }),
  approvers: directoryGroup.optional().meta({
    description:
      "The directory group that alone promotes and syncs what waits for a person. Default: the team.",
    examples: ["AD-Edge-Release"],
  }),
  owns: z
    .array(ownedPrefix)
    .optional()
    .meta({
      description: "What is the team's own: repositories and images, exact or with * at the end.",
      examples: [["acme/nginx*", "registry.example/edge/*"]],
    }),
  github: z
    .strictObject({
      team: githubTeam
        .optional()
        .meta({ description: "Its name there. Default: its name here.", examples: ["edge-engineers"] }),
      approvers: githubTeam.optional().meta({
        description: "Who reviews the values files of Stages that a person promotes. Default: the team.",
        examples: ["edge-release"],
      }),
    })
    .optional()
    .meta({
      description: "The team at GitHub, for the CODEOWNERS of the GitOps repository.",
      examples: [{ team: "edge-engineers" }],
    }),
});

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
      path: folder.meta({
        description: "Folder of the chart in the GitOps repository.",
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
export type TagSelection = CatalogueService["tags"];

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

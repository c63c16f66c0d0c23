import fc from "fast-check";
import { deployments, pipelineStages, type Stage } from "./generated-pipelines.ts";
import { type Entries, merged, optionally, stackKeys, warehouse } from "./generated-stacks.ts";

/** The texts of a catalogue and a stack file, not validated. */
export interface Sources {
  readonly catalogue: string;
  readonly stack: string;
}

/** The same as plain data, for mutations. */
export interface RawSources {
  readonly catalogue: { readonly teams: Entries; readonly services: Entries };
  /** The keys of the stack file without their prefix. */
  readonly stack: Entries;
}

export function toSources({ catalogue, stack }: RawSources): Sources {
  const lines = Object.entries(stack).map(
    ([key, value]) => `  ${JSON.stringify(key.includes(":") ? key : `kargo-fleet:${key}`)}: ${yaml(value)}\n`,
  );
  return { catalogue: JSON.stringify(catalogue, null, 2), stack: `config:\n${lines.join("")}` };
}

/** JSON is YAML, except for a missing value. */
function yaml(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

/**
 * Valid but unusual names: leading digits, names with a meaning in YAML or JavaScript, names that contain stages.
 */
const AWKWARD = [
  "0",
  "1e3",
  "on",
  "null",
  "constructor",
  "x-dev",
  "dev-prod",
  "prod-staging-dev",
  "v1",
  "a-b-c",
];

const shortName = fc.stringMatching(/^[a-z0-9]([a-z0-9]{0,4}(-[a-z0-9]{1,4}){0,2})?$/);
const longName = fc.stringMatching(/^[a-z0-9]{20}(-[a-z0-9]{5}){2,3}$/);
const name = fc.oneof(
  { weight: 6, arbitrary: shortName },
  { weight: 1, arbitrary: longName },
  { weight: 2, arbitrary: fc.constantFrom(...AWKWARD) },
);

const group = fc.constantFrom(
  "AD-Edge",
  "AD Team 1",
  "Größe",
  "CN=Edge\\, Inc,OU=Groups",
  'a"quoted"one',
  "o'brien",
  "org:team/x",
  "1",
  "a,b",
);

const platform = optionally("platform", fc.constantFrom("linux/amd64", "linux/arm/v7"));

const folder = fc.constantFrom(".", "services/api", "src", "a.b/c-d", "x");

const build = merged(
  optionally("context", folder),
  optionally("dockerfile", fc.constantFrom("Dockerfile", "docker/prod.Dockerfile")),
  optionally("branch", fc.constantFrom("main", "release/1.x", "feature/#1+ü@x")),
  optionally("paths", fc.constantFrom(["src"], ["libs/a", "package.json"], ["."])),
);

/** The tags of our own builds, with a matching selection of the Warehouse. */
const built = merged(
  optionally("build", build),
  optionally(
    "tags",
    fc.constantFrom(
      { strategy: "lexical" },
      { strategy: "lexical", pattern: "^2[0-9]{13}-[0-9a-f]+$" },
      { strategy: "newest-build" },
      { strategy: "newest-build", pattern: "^[0-9a-f]{7}$" },
    ),
  ),
);

/** The tags of other builds. */
const tags = fc.oneof(
  fc.constant({ strategy: "lexical" }),
  fc
    .constantFrom("^v[0-9]{8}$", "^rc-[0-9]{14}(?i).*$", "^\\d{8}\\.\\d{3}$")
    .map((pattern) => ({ strategy: "lexical", pattern })),
  fc
    .constantFrom("^1.2.0", "~1.2", ">=1.0.0, <2.0.0", "1.x || 2.x", "*", "1.2 - 1.4")
    .map((constraint) => ({ strategy: "semver", constraint })),
  fc.constantFrom("latest", "stable", "1234567", "v1.0_x").map((tag) => ({ strategy: "digest", tag })),
);

interface DrawnService {
  readonly name: string;
  readonly team: number;
  readonly pipeline: number;
  readonly ownImage: boolean;
  /** The names of its images, if it has several. */
  readonly images: readonly string[];
  readonly more: Entries;
}

const drawnService: fc.Arbitrary<DrawnService> = fc.record({
  name,
  team: fc.nat(),
  pipeline: fc.nat(),
  ownImage: fc.boolean(),
  images: fc.oneof(fc.constant([]), fc.uniqueArray(fc.constantFrom("web", "worker", "constructor", "x1"))),
  more: merged(
    fc.oneof(built, merged(fc.constant({ build: false }), optionally("tags", tags))),
    optionally("warehouse", merged(warehouse, platform)),
    optionally(
      "chart",
      fc.constantFrom("charts/edge", "c").map((path) => ({ path })),
    ),
    optionally("labels", fc.constantFrom({ tier: "critical" }, { "acme.example/tier": "", "1": "x" })),
  ),
});

const drawnTeam = fc.record({ name, group, approvers: fc.option(group), owns: fc.boolean() });

/** The size of {@link rawSources}. */
interface Size {
  /** @default 0 to 5 */
  readonly services?: number;
}

/**
 * Valid catalogues with their stacks (except for accidental name conflicts): every option of a service, every kind
 * of stage, pipelines that fan out and in.
 */
export function rawSources({ services }: Size = {}): fc.Arbitrary<RawSources> {
  const [minLength, maxLength] = services === undefined ? [0, 5] : [services, services];
  return fc
    .record({
      teams: fc.uniqueArray(drawnTeam, { minLength: 1, maxLength: 4, selector: ({ name: key }) => key }),
      services: fc.uniqueArray(drawnService, { minLength, maxLength, selector: ({ name: key }) => key }),
      pipelines: fc.uniqueArray(fc.tuple(name, pipelineStages), {
        minLength: 1,
        maxLength: 3,
        selector: ([key]) => key,
      }),
      keys: stackKeys,
    })
    .map(assemble);
}

interface Drawn {
  readonly teams: readonly {
    readonly name: string;
    readonly group: string;
    readonly approvers: string | null;
    readonly owns: boolean;
  }[];
  readonly services: readonly DrawnService[];
  readonly pipelines: readonly (readonly [string, readonly Stage[]])[];
  readonly keys: Entries & { readonly registry: string; readonly rollout: Entries };
}

/** Replaces numbers by references. A team with `owns` lists exactly what its services use. */
function assemble({ teams, services, pipelines, keys }: Drawn): RawSources {
  const owned = new Map<string, string[]>();
  const entries = services.map((service) => {
    const team = teams[service.team % teams.length]?.name ?? "";
    const repository = `acme/${service.name}`;
    const image = `${keys.registry}/${service.ownImage ? `${team}/` : ""}${service.name}`;
    const several = service.images.length > 0;
    const images = Object.fromEntries(service.images.map((one) => [one, `${image}/${one}`]));
    const prefix = service.ownImage ? `${keys.registry}/${team}/*` : several ? `${image}/*` : image;
    owned.set(team, [...(owned.get(team) ?? []), repository, prefix]);
    const pipeline = pipelines[service.pipeline % pipelines.length]?.[0];
    return [
      service.name,
      {
        team,
        repository,
        pipeline,
        ...(several ? { images } : service.ownImage && { image }),
        ...service.more,
      },
    ];
  });
  const listed = teams.map(({ name: team, group: directory, approvers, owns }) => [
    team,
    {
      group: directory,
      ...(approvers !== null && { approvers }),
      ...(owns && { owns: [...new Set(owned.get(team))] }),
    },
  ]);
  return {
    catalogue: { teams: Object.fromEntries(listed), services: Object.fromEntries(entries) },
    stack: {
      ...keys,
      // A label that no service has would be a problem.
      ...(!JSON.stringify(entries).includes('"tier":"critical"') && {
        rollout: { ...keys.rollout, include: [] },
      }),
      pipelines: Object.fromEntries(pipelines.map(([key, stages]) => [key, deployments(stages)])),
    },
  };
}

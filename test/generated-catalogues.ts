import fc from "fast-check";
import { deployments, pipelineStages, type Stage } from "./generated-pipelines.ts";

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

type Entries = Readonly<Record<string, unknown>>;

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

const optionally = <Value>(key: string, value: fc.Arbitrary<Value>) =>
  fc.option(value, { nil: undefined }).map((one) => (one === undefined ? {} : { [key]: one }));

const interval = fc.constantFrom("5m", "90m", "1h", "1.5h", "300s", "24h0m0s", "1h1m1s");

const merged = (...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<Entries> =>
  fc.tuple(...parts).map((drawn) => Object.assign({}, ...drawn));

const warehouse = merged(
  optionally("interval", interval),
  optionally("discoveryLimit", fc.integer({ min: 1, max: 100 })),
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
  readonly more: Entries;
}

const drawnService: fc.Arbitrary<DrawnService> = fc.record({
  name,
  team: fc.nat(),
  pipeline: fc.nat(),
  ownImage: fc.boolean(),
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

const credentials = fc
  .tuple(
    fc.constantFrom(
      {},
      { git: { existingSecret: "kept" } },
      { git: { username: "kargo" } },
      { git: { githubApp: { clientId: "Iv1.0", installationId: "12345678" } } },
    ),
    fc.constantFrom({}, { image: { existingSecret: "kept" } }, { image: { username: "reader" } }),
  )
  .map(([git, image]) => ({ ...git, ...image }));

const version = fc.constantFrom("v1", "v2");
const percent = fc.constantFrom(0, 0.5, 50, 100);

const IMAGES = Object.fromEntries(
  ["clone", "build", "push", "notify"].map((step) => [
    step,
    `registry.example/mirror/${step}:1.0@sha256:${"0".repeat(64)}`,
  ]),
);

/** All keys of a stack except its pipelines. `credentials` may leave secrets unused, which is no problem. */
const stackKeys = fc.record({
  cluster: fc.constantFrom(
    { name: "test", context: "test" },
    { name: "0-eu", context: "arn:aws:x/y", qps: 0.5 },
  ),
  registry: fc.constantFrom("registry.example", "registry.example:5000/base/x", "localhost:5000"),
  gitops: fc.constantFrom(
    { repository: "acme/gitops" },
    { repository: "acme/.github", branch: "release/1.x", path: "clusters/{cluster}/{service}" },
    { repository: "acme/gitops", path: "a/{service}/{cluster}", chart: { path: "charts/all" } },
  ),
  github: fc.constantFrom(
    { owner: "acme" },
    { owner: "Acme", url: "https://ghe.acme.example" },
    {
      owner: "acme",
      app: { clientId: "Iv1.1", installationId: "7" },
    },
  ),
  webhooks: merged(
    fc.constantFrom({ url: "https://hooks.acme.example" }, { url: "https://acme.example:8443/hooks/x" }),
    optionally("scope", fc.constantFrom("repository", "organization")),
    optionally("groups", fc.constantFrom(1, 3, 256)),
    optionally("eventBus", fc.constantFrom({ version: "2.10.29" }, { storage: { class: "fast" } })),
    optionally(
      "expose",
      fc.constantFrom(
        { ingress: {} },
        { ingress: { className: "nginx", tlsSecret: "hooks", annotations: { "acme.example/x": "y" } } },
      ),
    ),
    optionally("receiver", fc.constant({ url: "https://kargo.acme.example/webhooks" })),
  ),
  builds: merged(
    fc.constant({
      images: IMAGES,
      network: { apiServer: ["10.0.0.1/32", "fd00::1/128", "203.0.113.7/32"], cluster: ["2001:db8::/48"] },
    }),
    optionally("credentials", fc.constant({ clone: "reader", push: "push.{service}" })),
    optionally("storage", fc.constant({ size: "1Gi", class: "fast" })),
    optionally("resources", fc.constant({ cpu: "500m" })),
    optionally("timeout", fc.constantFrom("90s", "2h")),
    optionally("keep", fc.constant({ succeeded: "0s", failed: "1.5h", log: "2h" })),
    optionally("userNamespaces", fc.boolean()),
    optionally("parallelism", fc.constantFrom(1, 50)),
  ),
  warehouse,
  kargo: optionally("shards", fc.constantFrom([], ["a"], ["a", "b", "0"])),
  access: fc.constantFrom(
    { deployer: "kargo-fleet-deployer" },
    { deployer: "system:serviceaccount:ci:pulumi", breakGlass: "AD-Emergency", kargoNamespace: "kargo" },
    { deployer: 'o"brien@acme.example', breakGlass: "break\\glass", kargoNamespace: "kargo-fleet-test" },
  ),
  credentials,
  rollout: fc.record({
    percent,
    promotionTask: fc.record({ stable: version, canary: version, canaryPercent: percent }),
    include: fc.constantFrom([], [{ labels: { tier: "critical" } }]),
  }),
  platform: fc.boolean(),
  protect: fc.boolean(),
  ...Object.fromEntries(
    ["webhookMasterSecret", "gitPassword", "gitAppPrivateKey", "githubAppPrivateKey", "imagePassword"].map(
      (key) => [key, fc.constant({ secure: "v1:abc" })],
    ),
  ),
});

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
    const prefix = service.ownImage ? `${keys.registry}/${team}/*` : image;
    owned.set(team, [...(owned.get(team) ?? []), repository, prefix]);
    const pipeline = pipelines[service.pipeline % pipelines.length]?.[0];
    return [
      service.name,
      { team, repository, pipeline, ...(service.ownImage && { image }), ...service.more },
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

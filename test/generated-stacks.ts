import fc from "fast-check";

export type Entries = Readonly<Record<string, unknown>>;

/** An object that may lack this key. */
export const optionally = <Value>(key: string, value: fc.Arbitrary<Value>) =>
  fc.option(value, { nil: undefined }).map((one) => (one === undefined ? {} : { [key]: one }));

const interval = fc.constantFrom("5m", "90m", "1h", "1.5h", "300s", "24h0m0s", "1h1m1s");

export const merged = (...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<Entries> =>
  fc.tuple(...parts).map((drawn) => Object.assign({}, ...drawn));

export const warehouse = merged(
  optionally("interval", interval),
  optionally("discoveryLimit", fc.integer({ min: 1, max: 100 })),
);
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
export const stackKeys = fc.record({
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

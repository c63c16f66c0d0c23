import assert from "node:assert/strict";
import { project, projectConfig, projectNamespace, stage, warehouse } from "../../manifests/kargo.ts";
import { serviceLabels } from "../../manifests/objects.ts";
import type { ServicePlan } from "../../model/plan.ts";
import { servicePlan } from "../sources.ts";

const LABELS = {
  "app.kubernetes.io/managed-by": "kargo-fleet",
  "kargo-fleet/service": "nginx",
  "kargo-fleet/team": "edge",
};

/** What the Warehouse watches by default. */
const DEFAULT_IMAGE = {
  repoURL: "registry.example/nginx",
  imageSelectionStrategy: "Lexical",
  allowTagsRegexes: ["^[0-9]{14}-[0-9a-f]{7}$"],
  cacheByTag: true,
  discoveryLimit: 5,
  strictSemvers: true,
};

function stageOf(service: ServicePlan, name: string) {
  const plan = service.stages.find((each) => each.name === name);
  if (!plan) throw new Error(`no stage ${name}`);
  return stage(service, plan);
}

describe("the Kargo Project", () => {
  it("has a namespace that Kargo adopts by its label", () => {
    assert.deepEqual(projectNamespace(servicePlan()), {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "kargo-nginx", labels: { ...LABELS, "kargo.akuity.io/project": "true" } },
    });
  });

  it("has no spec, and its namespace's name", () => {
    assert.deepEqual(project(servicePlan()), {
      apiVersion: "kargo.akuity.io/v1alpha1",
      kind: "Project",
      metadata: {
        name: "kargo-nginx",
        labels: LABELS,
        annotations: { "kargo.akuity.io/description": "Promotes nginx of team edge." },
      },
    });
  });

  it("is deleted with its service: it has no keep-namespace, which would leave a live pipeline", () => {
    assert.doesNotMatch(
      JSON.stringify([project(servicePlan()), projectNamespace(servicePlan())]),
      /keep-namespace/,
    );
  });

  it("has auto-promotion for dev and staging by exact name, and not for prod", () => {
    assert.deepEqual(projectConfig(servicePlan()).spec, {
      promotionPolicies: [
        { stageSelector: { name: "dev" }, autoPromotionEnabled: true },
        { stageSelector: { name: "staging" }, autoPromotionEnabled: true },
        { stageSelector: { name: "prod" }, autoPromotionEnabled: false },
      ],
      stageLinks: [{ title: "Values files", url: "https://github.com/acme/gitops/tree/main/services/nginx" }],
    });
  });

  it("has a config with its own name, as Kargo's admission requires", () => {
    const { metadata } = projectConfig(servicePlan());
    assert.deepEqual([metadata.name, metadata.namespace], ["kargo-nginx", "kargo-nginx"]);
  });
});

describe("the Warehouse", () => {
  const image = (more: object) => warehouse(servicePlan(more)).spec.subscriptions[0]?.image;

  it("contains the defaults of Kargo's admission in their stored form", () => {
    assert.deepEqual(warehouse(servicePlan()), {
      apiVersion: "kargo.akuity.io/v1alpha1",
      kind: "Warehouse",
      metadata: {
        name: "nginx",
        namespace: "kargo-nginx",
        labels: LABELS,
        annotations: { "kargo.akuity.io/description": "Watches registry.example/nginx." },
      },
      spec: {
        interval: "5m0s",
        freightCreationPolicy: "Automatic",
        subscriptions: [{ image: DEFAULT_IMAGE }],
      },
    });
  });

  const { allowTagsRegexes: _, ...same } = DEFAULT_IMAGE;
  for (const [title, more, expected] of [
    [
      "selects versions by a constraint",
      { build: false, tags: { strategy: "semver", constraint: "^1.2.0" } },
      { ...same, imageSelectionStrategy: "SemVer", constraint: "^1.2.0" },
    ],
    [
      "selects the image with the latest build among commit tags",
      { tags: { strategy: "newest-build" } },
      { ...same, imageSelectionStrategy: "NewestBuild", allowTagsRegexes: ["^[0-9a-f]{7}$"] },
    ],
  ] as const)
    it(title, () => assert.deepEqual(image(more), expected));

  it("follows a moving tag without caching it by name", () => {
    const { cacheByTag: _, ...uncached } = same;
    assert.deepEqual(image({ build: false, tags: { strategy: "digest", tag: "stable" } }), {
      ...uncached,
      imageSelectionStrategy: "Digest",
      constraint: "stable",
    });
  });
});

describe("a Stage", () => {
  /** A service with this pipeline. */
  const withStages = (...stages: readonly string[]) =>
    servicePlan({}, { pipelines: `{ standard: [${stages.join()}] }` });
  const DEV = "{ stage: dev, promotion: auto, sync: auto }";

  it("without upstream Stages takes Freight straight from the Warehouse", () => {
    assert.deepEqual(stageOf(servicePlan(), "dev").spec.requestedFreight, [
      { origin: { kind: "Warehouse", name: "nginx" }, sources: { direct: true } },
    ]);
  });

  it("with upstream Stages takes only Freight that passed all of them", () => {
    assert.deepEqual(stageOf(servicePlan(), "prod").spec.requestedFreight, [
      {
        origin: { kind: "Warehouse", name: "nginx" },
        sources: { stages: ["staging"], availabilityStrategy: "All" },
      },
    ]);
  });

  for (const [title, key, expected] of [
    ["soaks for a time in the form that Kargo stores", "soak: 90m", { requiredSoakTime: "1h30m0s" }],
    [
      "takes exactly the upstream Stage's Freight with MatchUpstream",
      "selectionPolicy: MatchUpstream",
      { autoPromotionOptions: { selectionPolicy: "MatchUpstream" } },
    ],
  ] as const)
    it(title, () => {
      const service = withStages(DEV, `{ stage: qa, promotion: auto, sync: auto, after: [dev], ${key} }`);
      assert.deepEqual(stageOf(service, "qa").spec.requestedFreight[0]?.sources, {
        stages: ["dev"],
        availabilityStrategy: "All",
        ...expected,
      });
    });

  it("promotes with the shared task and this service's values", () => {
    assert.deepEqual(stageOf(servicePlan(), "prod").spec.promotionTemplate?.spec.steps, [
      {
        task: { name: "kargo-fleet-promote-v1", kind: "ClusterPromotionTask" },
        as: "promote",
        vars: [
          { name: "image", value: "registry.example/nginx" },
          { name: "pin", value: "tag" },
          { name: "repoURL", value: "https://github.com/acme/gitops.git" },
          { name: "branch", value: "main" },
          { name: "folder", value: "services/nginx" },
          { name: "valuesFile", value: "services/nginx/values-prod.yaml" },
          { name: "application", value: "nginx-prod" },
          { name: "sync", value: "manual" },
        ],
      },
    ]);
  });

  it("pins the digest of a moving tag, because the tag never changes", () => {
    const { spec } = stageOf(
      servicePlan({ build: false, tags: { strategy: "digest", tag: "stable" } }),
      "dev",
    );
    const [step] = spec.promotionTemplate?.spec.steps ?? [];
    assert.ok(step?.vars.some(({ name, value }) => name === "pin" && value === "digest"));
  });

  it("of control flow has no steps, and so no promotion policy", () => {
    const service = withStages(DEV, "{ stage: gate, controlFlow: true, after: [dev] }");
    assert.deepEqual(Object.keys(stageOf(service, "gate").spec), ["requestedFreight"]);
    assert.deepEqual(
      projectConfig(service).spec.promotionPolicies.map(({ stageSelector }) => stageSelector.name),
      ["dev"],
    );
  });

  it("verifies only with ClusterAnalysisTemplates, which no team can write", () => {
    const verification = "{ templates: [smoke], args: { url: x } }";
    const service = withStages(`{ stage: dev, promotion: auto, sync: auto, verification: ${verification} }`);
    assert.deepEqual(stageOf(service, "dev").spec.verification, {
      analysisTemplates: [{ name: "smoke", kind: "ClusterAnalysisTemplate" }],
      args: [{ name: "url", value: "x" }],
    });
  });

  it("with promotion by pull request uses another task, with auto-promotion", () => {
    const service = withStages("{ stage: dev, promotion: pull-request, sync: auto }");
    const [step] = stageOf(service, "dev").spec.promotionTemplate?.spec.steps ?? [];
    assert.equal(step?.task.name, "kargo-fleet-pull-request-v1");
    assert.equal(projectConfig(service).spec.promotionPolicies[0]?.autoPromotionEnabled, true);
  });

  it("has the labels of its service and team", () => {
    assert.deepEqual(
      stageOf(servicePlan(), "dev").metadata.labels,
      serviceLabels({ name: "nginx", team: "edge" }),
    );
  });
});

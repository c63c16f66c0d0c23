import assert from "node:assert/strict";
import { catalogueText, planOf, service, stackText } from "../../../test/sources.ts";
import type { Fields } from "../../recovery/planned.ts";
import { healthOf } from "../../up/gate.ts";

const { services } = planOf(
  catalogueText({ nginx: service("nginx") }),
  stackText({
    pipelines: `{ standard: [
      { stage: dev, promotion: auto, sync: auto }, { stage: prod, promotion: manual, sync: manual, after: [dev] } ] }`,
  }),
);
const SOURCE = {
  repoURL: "https://github.com/acme/gitops.git",
  path: "charts/service",
  targetRevision: "main",
};

type Statuses = Readonly<Record<"dev" | "prod", object>>;

/** What is said of the Stages and Applications of nginx with these statuses. */
function words(stages: Statuses, applications: Statuses) {
  const objects = (["dev", "prod"] as const).flatMap((name) => {
    const spec = { source: SOURCE, syncPolicy: name === "dev" ? { automated: {} } : {} };
    return [
      [`Stage kargo-nginx/${name}`, { metadata: { generation: 2 }, status: stages[name] }],
      [`Application argocd/nginx-${name}`, { spec, status: applications[name] }],
    ] as const;
  });
  const live = new Map<string, Fields>(objects);
  return [...healthOf(services, live)].map(([name, { is, why }]) => [is, name, why]);
}

const condition = (observedGeneration: number) => ({ conditions: [{ type: "Ready", observedGeneration }] });
const SEEN = condition(2);
const HEALTHY = { health: { status: "Healthy" }, sync: { status: "Synced", comparedTo: { source: SOURCE } } };
const NO_STAGES = { dev: {}, prod: {} };

describe("the gate after a wave", () => {
  it("judges nothing where no controller runs", () => {
    assert.deepEqual(words(NO_STAGES, NO_STAGES), []);
  });

  it("is open if Kargo has seen every Stage and Argo CD says Healthy", () => {
    assert.deepEqual(words({ dev: SEEN, prod: SEEN }, { dev: HEALTHY, prod: HEALTHY }), []);
  });

  it("waits until a controller has seen the change", () => {
    const old = {
      ...HEALTHY,
      sync: { status: "Synced", comparedTo: { source: { ...SOURCE, path: "charts/old" } } },
    };
    assert.deepEqual(words({ dev: condition(1), prod: {} }, { dev: old, prod: HEALTHY }), [
      ["pending", "Stage kargo-nginx/dev", "Kargo has not seen its change yet"],
      ["pending", "Stage kargo-nginx/prod", "Kargo has not looked at it yet"],
      ["pending", "Application argocd/nginx-dev", "Argo CD has not seen its change yet"],
    ]);
  });

  it("is closed by a failed Promotion, an unhealthy Stage, and a degraded Application", () => {
    const errored = { ...SEEN, lastPromotion: { status: { phase: "Errored" } } };
    const unhealthy = { ...SEEN, health: { status: "Unhealthy" } };
    const degraded = { ...HEALTHY, health: { status: "Degraded" } };
    const wrong = { ...HEALTHY, conditions: [{ type: "ComparisonError", message: "no chart" }] };
    assert.deepEqual(words({ dev: errored, prod: unhealthy }, { dev: degraded, prod: wrong }), [
      ["failed", "Stage kargo-nginx/dev", "its last Promotion errored"],
      ["failed", "Stage kargo-nginx/prod", "is Unhealthy"],
      ["failed", "Application argocd/nginx-dev", "is Degraded"],
      ["failed", "Application argocd/nginx-prod", "ComparisonError: no chart"],
    ]);
  });

  it("shows on one line what a terminal or a pipeline would obey in an error of Argo CD", () => {
    const conditions = [{ type: "ComparisonError", message: "no chart\n::error::\u001b[2J" }];
    assert.deepEqual(words({ dev: SEEN, prod: SEEN }, { dev: HEALTHY, prod: { ...HEALTHY, conditions } }), [
      ["failed", "Application argocd/nginx-prod", "ComparisonError: no chart ::error::\\u{1b}[2J"],
    ]);
  });

  it("waits for an Application that syncs itself, not for one that a person syncs", () => {
    const missing = {
      health: { status: "Missing" },
      sync: { status: "OutOfSync", comparedTo: { source: SOURCE } },
    };
    assert.deepEqual(words({ dev: SEEN, prod: SEEN }, { dev: missing, prod: missing }), [
      ["pending", "Application argocd/nginx-dev", "is Missing"],
    ]);
  });
});

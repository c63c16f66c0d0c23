import assert from "node:assert/strict";
import fc from "fast-check";
import { type LiveService, type ReleasePromotion, releasePromotion } from "../../release/live.ts";
import { standingOf, type TargetStage } from "../../release/standing.ts";
import { liveStage } from "../../status/live.ts";
import { ENTRY, freight, stage } from "./live-service.ts";

const NOW = new Date("2026-11-28T14:00:00Z");
const PROD: TargetStage = { name: "prod", after: ["staging"], soak: undefined };

function promotion(phase: string, message = "", more: object = {}): ReleasePromotion {
  const spec = { stage: "prod", freight: "new", ...more };
  return releasePromotion({ metadata: { name: `prod.${phase}` }, spec, status: { phase, message } });
}

function live(parts: Partial<LiveService> = {}, inProd?: string): LiveService {
  return { stages: [stage("prod", inProd)], freights: [freight("new")], promotions: [], ...parts };
}

const standing = (found: LiveService, target: TargetStage | undefined = PROD) =>
  standingOf(ENTRY, target, found, NOW);

describe("the standing of a service in a release", () => {
  it("is done when the Stage has the Freight", () => {
    assert.deepEqual(standing(live({}, "new")), { kind: "done" });
  });

  it('is "missing" if the Freight holds a chart that the release does not say', () => {
    const charts = [{ repoURL: "https://charts.example", name: "redis", version: "1.2.3" }];
    assert.deepEqual(standing(live({ freights: [{ ...freight("new"), charts }] })), {
      kind: "missing",
      why: `Freight new holds ${ENTRY.images[0]}, https://charts.example/redis:1.2.3, which the release does not say.`,
    });
  });

  it('is "missing" if the Freight holds other images than the release says', () => {
    const other = {
      ...freight("new"),
      images: [{ repoURL: "registry.example/nginx", tag: "evil", digest: undefined }],
    };
    assert.deepEqual(standing(live({ freights: [other] })), {
      kind: "missing",
      why: "Freight new holds registry.example/nginx:evil, which the release does not say.",
    });
  });

  it("waits for a Stage before it whose name is that of a method, such as constructor", () => {
    const target = { ...PROD, after: ["constructor"] };
    assert.notEqual(standing(live(), target).kind, "ready");
  });

  it("is done if the Stage has Freight of another Warehouse too", () => {
    const items = { "Warehouse/other": { name: "base" }, "Warehouse/nginx": { name: "new" } };
    const both = liveStage({ metadata: { name: "prod" }, status: { freightHistory: [{ items }] } });
    assert.deepEqual(standing(live({ stages: [both] })), { kind: "done" });
  });

  it("is done even if the Freight is no longer verified", () => {
    const unverified = freight("new", { verifiedIn: {} });
    assert.equal(standing(live({ freights: [unverified] }, "new")).kind, "done");
  });

  for (const phase of ["", "Pending", "Running"])
    it(`is running while a Promotion is ${phase || "new"}`, () => {
      assert.deepEqual(standing(live({ promotions: [promotion(phase)] })), {
        kind: "running",
        promotion: `prod.${phase}`,
      });
    });

  it("ignores Promotions of other Freight and to other Stages", () => {
    const promotions = [
      promotion("Running", "", { freight: "old" }),
      promotion("Running", "", { stage: "dev" }),
    ];
    assert.deepEqual(standing(live({ promotions })), { kind: "ready" });
  });

  for (const phase of ["Failed", "Errored", "Aborted"])
    it(`is ready again after a Promotion ${phase}, and repeats its message`, () => {
      const promotions = [promotion(phase, "no such file")];
      assert.deepEqual(standing(live({ promotions })), {
        kind: "ready",
        failed: `Promotion prod.${phase} ${phase}: no such file`,
      });
    });

  const missing: Readonly<Record<string, readonly [LiveService, TargetStage | undefined, RegExp]>> = {
    "the Freight is gone": [live({ freights: [] }), PROD, /Freight new no longer exists/],
    "the cluster has no such Stage": [live({ stages: [] }), PROD, /cluster has no Stage prod/],
    "a Stage before has not verified it": [
      live({ freights: [freight("new", { verifiedIn: {} })] }),
      PROD,
      /staging has not verified Freight new/,
    ],
    "one of several Stages before has not verified it": [
      live(),
      { ...PROD, after: ["staging", "load"] },
      /^load has not verified/,
    ],
    "its soak time is not over": [
      live({ freights: [freight("new", { currentlyIn: { staging: { since: "2026-11-28T13:30:01Z" } } })] }),
      { ...PROD, soak: "30m0s" },
      /still has to soak in staging \(30m0s\)/,
    ],
    "the Stage has newer Freight": [
      live({ freights: [freight("new", {}, "2026-11-01"), freight("newer", {}, "2026-11-02")] }, "newer"),
      PROD,
      /prod already has newer Freight, newer/,
    ],
  };
  for (const [title, [found, target, why]] of Object.entries(missing))
    it(`is missing something if ${title}`, () => {
      const result = standing(found, target);
      assert.ok(result.kind === "missing", result.kind);
      assert.match(result.why, why);
    });

  it("is missing something if the plan has no such Stage", () => {
    const result = standingOf(ENTRY, undefined, live(), NOW);
    assert.deepEqual(result, { kind: "missing", why: "The plan has no Stage prod." });
  });

  it("is ready if the Freight is approved for the Stage without verification", () => {
    const approved = freight("new", { verifiedIn: {}, approvedFor: { prod: {} } });
    assert.equal(standing(live({ freights: [approved] })).kind, "ready");
  });

  it("is ready if an older stay in the Stage before was long enough", () => {
    const soaked = freight("new", { verifiedIn: { staging: { longestSoak: "1h0m0.25s" } } });
    assert.equal(standing(live({ freights: [soaked] }), { ...PROD, soak: "1h0m0s" }).kind, "ready");
  });

  it("counts the soak time to the second", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7200 }), fc.integer({ min: 1, max: 7200 }), (stayed, wanted) => {
        const since = new Date(NOW.getTime() - stayed * 1000).toISOString();
        const found = live({ freights: [freight("new", { currentlyIn: { staging: { since } } })] });
        const { kind } = standing(found, { ...PROD, soak: `${wanted}s` });
        assert.equal(kind, stayed >= wanted ? "ready" : "missing");
      }),
    );
  });
});

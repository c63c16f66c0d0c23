import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { stackText } from "../../../test/sources.ts";
import {
  FIRST,
  HELD,
  kinds,
  recorded,
  recordedPlan,
  SECOND,
  stageOf,
  statusOfItems,
  withStatus,
} from "./recorded-fleet.ts";

/** The Freight of api-gw. */
const API_GW = "34335e21f9ea1453521570d01ffa512d2e1bb048";
const API_GW_FREIGHT = `kargo-api-gw/${API_GW}`;
const promotion = HELD.find(
  ({ kind, metadata }) => kind === "Promotion" && metadata.name.startsWith("dev.01m8h641"),
);
/** The Promotion that brought the second Freight of nginx to dev. */
const PROMOTION = `kargo-nginx/${promotion?.metadata.name}`;
/** A stack whose standard pipeline has these prod settings. */
const withProd = (prod: string) =>
  stackText({
    pipelines: `{ standard: [{ stage: dev, promotion: auto, sync: auto }, { stage: staging, promotion: auto, sync: auto, after: [dev] }, { stage: prod, ${prod}, after: [staging] }] }`,
  });
const SOAKED = recordedPlan(withProd("promotion: manual, sync: manual, soak: 1h"));

const waitsOf = (service: string, stage: string, ...of: Parameters<typeof statusOfItems>) =>
  stageOf(statusOfItems(...of), service, stage).waits;

describe("what the Stages of recorded objects wait for", () => {
  it("says that verified Freight waits for the approvers to promote it, and how", () => {
    const [wait, ...more] = waitsOf("api-gw", "prod", HELD);
    assert.deepEqual(more, []);
    assert.equal(wait?.kind, "promotion");
    assert.equal(wait.since, "2026-11-28T13:39:04Z");
    assert.equal(wait.who, "AD-Edge-Release");
    assert.equal(wait.command, `kargo promote --project kargo-api-gw --stage prod --freight ${API_GW}`);
  });

  it("says that a Stage was promoted and not synced, beside newer Freight that waits for a promotion", () => {
    const { waits, version, health } = stageOf(statusOfItems(HELD), "nginx", "prod");
    assert.deepEqual(kinds(waits), ["promotion", "sync"]);
    assert.equal(waits[0]?.version.freight, SECOND);
    assert.equal(waits[1]?.version.freight, FIRST);
    assert.equal(waits[1]?.command, "argocd app sync nginx-prod");
    assert.equal(version?.freight, FIRST);
    assert.equal(health, "Missing");
  });

  it("reports Freight whose Promotion failed as stuck, even if another Promotion came later", () => {
    const failed = withStatus(HELD, "Promotion", PROMOTION, { phase: "Errored" });
    const unheld = withStatus(failed, "Stage", "kargo-nginx/dev", { effectiveAutoPromotionHolds: undefined });
    const { waits, failed: latest } = stageOf(statusOfItems(unheld), "nginx", "dev");
    assert.deepEqual(kinds(waits), ["failure"]);
    assert.equal(waits[0]?.version.freight, SECOND);
    assert.equal(latest, undefined);
  });

  it("says that a policy refuses Promotions, in the policy's own words", () => {
    const status = statusOfItems(recorded("freeze"));
    const [wait] = stageOf(status, "nginx", "dev").waits;
    assert.equal(wait?.kind, "closed");
    assert.equal(wait.version.freight, SECOND);
    assert.equal(wait.message, "closed until 23:00 UTC; it was 2026-11-28T13:39:20Z");
    assert.deepEqual(
      status.clusters[0]?.closed.map(({ kind, stages, services }) => [kind, stages, services]),
      [["window", ["dev"], ["nginx"]]],
    );
  });

  it("says until when a freeze of the plan holds Freight back", () => {
    const freeze = '{ freeze: [{ stages: [prod], until: 2026-12-31, reason: "year end" }] }';
    const status = statusOfItems(HELD, { plan: recordedPlan(stackText({ rollout: freeze })) });
    const [wait] = stageOf(status, "api-gw", "prod").waits;
    assert.deepEqual(
      [wait?.kind, wait?.until, wait?.message],
      ["closed", "2027-01-01T00:00:00.000Z", "year end"],
    );
    assert.equal(wait?.command, undefined);
    assert.equal(status.clusters[0]?.closed[0]?.kind, "freeze");
  });

  it("says when the soak time upstream is over, and then that a person must promote", () => {
    const [wait] = waitsOf("api-gw", "prod", HELD, { plan: SOAKED });
    assert.deepEqual([wait?.kind, wait?.until], ["soak", "2026-11-28T14:39:02Z"]);
    const now = new Date("2026-11-28T14:39:02Z");
    const [then] = waitsOf("api-gw", "prod", HELD, { plan: SOAKED, now });
    assert.deepEqual([then?.kind, then?.since], ["promotion", "2026-11-28T14:39:02Z"]);
  });

  it("says that Freight left upstream before its soak time was over", () => {
    const left = withStatus(HELD, "Freight", API_GW_FREIGHT, { currentlyIn: {} });
    const [wait] = waitsOf("api-gw", "prod", left, { plan: SOAKED });
    assert.equal(wait?.kind, "soak");
    assert.equal(wait.until, undefined);
    assert.match(wait.message ?? "", /^It left staging before its soak time of 1h0m0s was over/);
  });

  it("says that upstream has not verified Freight that it has", () => {
    const unverified = withStatus(HELD, "Freight", API_GW_FREIGHT, {
      currentlyIn: { dev: { since: "2026-11-28T13:38:57Z" }, staging: { since: "2026-11-28T13:39:02Z" } },
      verifiedIn: { dev: { verifiedAt: "2026-11-28T13:38:59Z" } },
    });
    const [wait] = waitsOf("api-gw", "prod", unverified);
    assert.deepEqual([wait?.kind, wait?.since], ["verification", "2026-11-28T13:39:02Z"]);
  });

  it("lets a person promote Freight that somebody approved, even if no upstream Stage verified it", () => {
    const approvedFor = { prod: { approvedAt: "2026-11-28T13:40:00Z" } };
    const status = { approvedFor, currentlyIn: {}, verifiedIn: {} };
    const approved = withStatus(HELD, "Freight", `kargo-nginx/${SECOND}`, status);
    assert.equal(waitsOf("nginx", "prod", approved)[0]?.kind, "promotion");
  });

  it("asks a person to merge the pull request of a running Promotion", () => {
    const plan = recordedPlan(withProd("promotion: pull-request, sync: auto"));
    const running = withStatus(HELD, "Stage", "kargo-api-gw/prod", {
      autoPromotionEnabled: true,
      currentPromotion: {
        name: "prod.1.34335e2",
        freight: { name: API_GW },
        status: {
          phase: "Running",
          startedAt: "2026-11-28T13:40:00Z",
          state: { "promote::open": { pr: { id: 7, url: "https://github.com/acme/gitops/pull/7" } } },
        },
      },
    });
    const [wait] = waitsOf("api-gw", "prod", running, { plan });
    assert.equal(wait?.kind, "promotion");
    assert.equal(wait.message, "A person must merge its pull request: https://github.com/acme/gitops/pull/7");
    assert.equal(wait.command, undefined);
  });

  it("waits for a sync where an Application runs another tag, even before Argo CD has compared it", () => {
    const behind = withStatus(HELD, "Application", "argocd/nginx-prod", {
      sync: { status: "Synced" },
      health: { status: "Healthy" },
      summary: { images: ["registry.example/nginx:20261128130000-aaa1234"] },
    });
    const waits = waitsOf("nginx", "prod", behind);
    assert.deepEqual(kinds(waits), ["promotion", "sync"]);
    assert.match(waits[1]?.message ?? "", /^Argo CD has not compared it with Git/);
  });

  it("waits for no sync where the Application runs the Stage's tag", () => {
    const synced = withStatus(HELD, "Application", "argocd/nginx-prod", {
      sync: { status: "Synced" },
      summary: { images: ["registry.example/nginx:20261128133700-abc1234"] },
    });
    assert.deepEqual(kinds(waitsOf("nginx", "prod", synced)), ["promotion"]);
  });

  it("waits for no older Freight", () => {
    const freightHistory = [{ items: { "Warehouse/nginx": { name: SECOND } } }];
    const newest = withStatus(HELD, "Stage", "kargo-nginx/prod", { freightHistory });
    assert.deepEqual(kinds(waitsOf("nginx", "prod", newest)), ["sync"]);
  });

  it("calls Freight held, and not stuck, while a hold pauses auto-promotion", () => {
    const failed = withStatus(HELD, "Promotion", PROMOTION, { phase: "Failed" });
    const { waits, holds } = stageOf(statusOfItems(failed), "nginx", "dev");
    assert.deepEqual([waits, holds.length], [[], 1]);
  });

  it("asks nobody to promote a decommissioned service", () => {
    const text = readFileSync("services.json", "utf8").replace(
      '"acme/api-gw"',
      '"acme/api-gw", "state": "decommissioned"',
    );
    assert.deepEqual(waitsOf("api-gw", "prod", HELD, { plan: recordedPlan(undefined, text) }), []);
  });
});

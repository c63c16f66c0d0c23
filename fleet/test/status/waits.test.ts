import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { stackText } from "../../../test/sources.ts";
import {
  changed,
  FIRST,
  HELD,
  kinds,
  recorded,
  recordedPlan,
  SECOND,
  stageOf,
  statusOfItems,
} from "./recorded-fleet.ts";

const FREEZE = recorded("freeze");
/** A stack whose standard pipeline has these prod settings. */
const withProd = (prod: string) =>
  stackText({
    pipelines: `{ standard: [{ stage: dev, promotion: auto, sync: auto }, { stage: staging, promotion: auto, sync: auto, after: [dev] }, { stage: prod, ${prod}, after: [staging] }] }`,
  });

describe("what the Stages of recorded objects wait for", () => {
  it("says that verified Freight waits for the approvers to promote it, and how", () => {
    const [wait, ...more] = stageOf(statusOfItems(HELD), "api-gw", "prod").waits;
    assert.deepEqual(more, []);
    assert.equal(wait?.kind, "promotion");
    assert.equal(wait.since, "2026-11-28T13:39:04Z");
    assert.equal(wait.who, "AD-Edge-Release");
    assert.equal(
      wait.command,
      "kargo promote --project kargo-api-gw --stage prod --freight 34335e21f9ea1453521570d01ffa512d2e1bb048",
    );
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
    const promotion = HELD.find(
      ({ kind, metadata }) => kind === "Promotion" && metadata.name.startsWith("dev.01m8h641"),
    );
    const errored = { ...promotion, status: { ...(promotion?.status as object), phase: "Errored" } };
    const failed = changed(HELD, "Promotion", `kargo-nginx/${promotion?.metadata.name}`, () => errored);
    const unheld = changed(failed, "Stage", "kargo-nginx/dev", ({ status }) => ({
      status: { ...(status as object), effectiveAutoPromotionHolds: undefined },
    }));
    const { waits, failed: latest } = stageOf(statusOfItems(unheld), "nginx", "dev");
    assert.deepEqual(kinds(waits), ["failure"]);
    assert.equal(waits[0]?.version.freight, SECOND);
    assert.equal(latest, undefined);
  });

  it("says that a policy refuses Promotions, in the policy's own words", () => {
    const status = statusOfItems(FREEZE);
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
    const plan = recordedPlan(withProd("promotion: manual, sync: manual, soak: 1h"));
    const [wait] = stageOf(statusOfItems(HELD, { plan }), "api-gw", "prod").waits;
    assert.deepEqual([wait?.kind, wait?.until], ["soak", "2026-11-28T14:39:02Z"]);
    const later = statusOfItems(HELD, { plan, now: new Date("2026-11-28T14:39:02Z") });
    const [then] = stageOf(later, "api-gw", "prod").waits;
    assert.deepEqual([then?.kind, then?.since], ["promotion", "2026-11-28T14:39:02Z"]);
  });

  it("says that Freight left upstream before its soak time was over", () => {
    const plan = recordedPlan(withProd("promotion: manual, sync: manual, soak: 1h"));
    const left = changed(
      HELD,
      "Freight",
      "kargo-api-gw/34335e21f9ea1453521570d01ffa512d2e1bb048",
      ({ status }) => ({
        status: { ...(status as object), currentlyIn: {} },
      }),
    );
    const [wait] = stageOf(statusOfItems(left, { plan }), "api-gw", "prod").waits;
    assert.equal(wait?.kind, "soak");
    assert.equal(wait.until, undefined);
    assert.match(wait.message ?? "", /^It left staging before its soak time of 1h0m0s was over/);
  });

  it("says that upstream has not verified Freight that it has", () => {
    const unverified = changed(
      HELD,
      "Freight",
      "kargo-api-gw/34335e21f9ea1453521570d01ffa512d2e1bb048",
      () => ({
        status: {
          currentlyIn: { dev: { since: "2026-11-28T13:38:57Z" }, staging: { since: "2026-11-28T13:39:02Z" } },
          verifiedIn: { dev: { verifiedAt: "2026-11-28T13:38:59Z" } },
        },
      }),
    );
    const [wait] = stageOf(statusOfItems(unverified), "api-gw", "prod").waits;
    assert.deepEqual([wait?.kind, wait?.since], ["verification", "2026-11-28T13:39:02Z"]);
  });

  it("counts Freight that a person approved as available, whatever upstream says", () => {
    const approved = changed(HELD, "Freight", `kargo-nginx/${SECOND}`, () => ({
      status: { approvedFor: { prod: { approvedAt: "2026-11-28T13:40:00Z" } } },
    }));
    assert.equal(stageOf(statusOfItems(approved), "nginx", "prod").waits[0]?.kind, "promotion");
  });

  it("asks a person to merge the pull request of a running Promotion", () => {
    const plan = recordedPlan(withProd("promotion: pull-request, sync: auto"));
    const running = changed(HELD, "Stage", "kargo-api-gw/prod", ({ status }) => ({
      status: {
        ...(status as object),
        autoPromotionEnabled: true,
        currentPromotion: {
          name: "prod.1.34335e2",
          freight: { name: "34335e21f9ea1453521570d01ffa512d2e1bb048" },
          status: {
            phase: "Running",
            startedAt: "2026-11-28T13:40:00Z",
            state: { "promote::open": { pr: { id: 7, url: "https://github.com/acme/gitops/pull/7" } } },
          },
        },
      },
    }));
    const [wait] = stageOf(statusOfItems(running, { plan }), "api-gw", "prod").waits;
    assert.equal(wait?.kind, "promotion");
    assert.equal(wait.message, "A person must merge its pull request: https://github.com/acme/gitops/pull/7");
    assert.equal(wait.command, undefined);
  });

  it("waits for a sync where an Application runs another tag, even before Argo CD has compared it", () => {
    const behind = changed(HELD, "Application", "argocd/nginx-prod", () => ({
      status: {
        sync: { status: "Synced" },
        health: { status: "Healthy" },
        summary: { images: ["registry.example/nginx:20261128130000-aaa1234"] },
      },
    }));
    const waits = stageOf(statusOfItems(behind), "nginx", "prod").waits;
    assert.deepEqual(kinds(waits), ["promotion", "sync"]);
    assert.match(waits[1]?.message ?? "", /^Argo CD has not compared it with Git/);
  });

  it("waits for no sync where the Application runs the Stage's tag", () => {
    const synced = changed(HELD, "Application", "argocd/nginx-prod", () => ({
      status: {
        sync: { status: "Synced" },
        summary: { images: ["registry.example/nginx:20261128133700-abc1234"] },
      },
    }));
    assert.deepEqual(kinds(stageOf(statusOfItems(synced), "nginx", "prod").waits), ["promotion"]);
  });

  it("waits for no older Freight", () => {
    const newest = changed(HELD, "Stage", "kargo-nginx/prod", ({ status }) => ({
      status: { ...(status as object), freightHistory: [{ items: { "Warehouse/nginx": { name: SECOND } } }] },
    }));
    assert.deepEqual(kinds(stageOf(statusOfItems(newest), "nginx", "prod").waits), ["sync"]);
  });

  it("calls Freight held, and not stuck, while a hold pauses auto-promotion", () => {
    const promotion = HELD.find(({ metadata }) => metadata.name.startsWith("dev.01m8h641"));
    const failed = changed(HELD, "Promotion", `kargo-nginx/${promotion?.metadata.name}`, ({ status }) => ({
      status: { ...(status as object), phase: "Failed" },
    }));
    const { waits, holds } = stageOf(statusOfItems(failed), "nginx", "dev");
    assert.deepEqual([waits, holds.length], [[], 1]);
  });

  it("asks nobody to promote a decommissioned service", () => {
    const text = readFileSync("services.json", "utf8").replace(
      '"acme/api-gw"',
      '"acme/api-gw", "state": "decommissioned"',
    );
    assert.deepEqual(
      stageOf(statusOfItems(HELD, { plan: recordedPlan(undefined, text) }), "api-gw", "prod").waits,
      [],
    );
  });
});

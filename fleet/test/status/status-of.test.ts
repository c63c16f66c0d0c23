import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { stackText } from "../../../test/sources.ts";
import type { Wait } from "../../status/fleet-status.ts";
import { statusOf } from "../../status/status-of.ts";
import {
  changed,
  livePipelines,
  RECORDED_AT,
  recorded,
  recordedPlan,
  stageOf,
  statusOfItems,
} from "./recorded-fleet.ts";

const FIRST = "ff2ff083bc7ceaba48b8b550bd8a4c58d3e90f08";
const SECOND = "cc00c3c605127c58f2b420b359ea6cbb472171bb";
const HELD = recorded("held");
const FREEZE = recorded("freeze");
const kinds = (waits: readonly Wait[]) => waits.map(({ kind }) => kind);
/** A stack whose standard pipeline has these prod settings. */
const withProd = (prod: string) =>
  stackText({
    pipelines: `{ standard: [{ stage: dev, promotion: auto, sync: auto }, { stage: staging, promotion: auto, sync: auto, after: [dev] }, { stage: prod, ${prod}, after: [staging] }] }`,
  });

describe("the status of recorded objects", () => {
  it("has the version of each Stage with its commit, push and arrival", () => {
    assert.deepEqual(stageOf(statusOfItems(HELD), "nginx", "staging").version, {
      freight: SECOND,
      tag: "20261128133900-ddd1234",
      commit: "ddd1234",
      pushedAt: "2026-11-28T13:39:00Z",
      since: "2026-11-28T13:39:45Z",
    });
  });

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

  it("reports a promotion of older Freight by hand as a hold, with the command that ends it", () => {
    const { holds, waits } = stageOf(statusOfItems(HELD), "nginx", "dev");
    assert.deepEqual(waits, []);
    assert.deepEqual(
      holds.map(({ actor, version, since, command }) => [actor, version.freight, since, command]),
      [
        [
          "kubernetes:admin",
          FIRST,
          "2026-11-28T13:40:28Z",
          `kargo promote --project kargo-nginx --stage dev --freight ${SECOND}`,
        ],
      ],
    );
  });

  it("reports a failed Promotion with its reason, and that its Freight is stuck", () => {
    const { failed, waits, health, version } = stageOf(statusOfItems(HELD), "auth", "dev");
    assert.match(failed?.reason ?? "", /values-dev.yaml: no such file or directory$/);
    assert.equal(failed?.at, "2026-11-28T13:38:54Z");
    assert.equal(failed.version.commit, "ccc1234");
    assert.deepEqual(kinds(waits), ["failure"]);
    assert.match(waits[0]?.command ?? "", /^kargo promote --project kargo-auth --stage dev --freight 3e4b44/);
    assert.equal(waits[0]?.who, "AD-Identity");
    assert.equal(health, "Unknown");
    assert.equal(version, undefined);
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

  it("finds no drift in what the program made", () => {
    for (const { stages, service } of statusOfItems(HELD).services)
      for (const { stage, drift } of stages) assert.deepEqual(drift, [], `${service}/${stage}`);
  });

  it("names the path of a Stage's spec that differs from the plan, and a Stage that is missing", () => {
    const edited = changed(HELD, "Stage", "kargo-nginx/prod", ({ spec }) => ({
      spec: {
        ...(spec as object),
        requestedFreight: [{ origin: { kind: "Warehouse", name: "nginx" }, sources: { direct: true } }],
      },
    }));
    assert.deepEqual(stageOf(statusOfItems(edited), "nginx", "prod").drift, [
      "spec.requestedFreight[0].sources.stages",
      "spec.requestedFreight[0].sources.availabilityStrategy",
      "spec.requestedFreight[0].sources.direct",
    ]);
    const without = HELD.filter(({ kind, metadata }) => kind !== "Stage" || metadata.name !== "prod");
    const { drift, health } = stageOf(statusOfItems(without), "nginx", "prod");
    assert.deepEqual([drift, health], [["spec"], "Missing"]);
  });

  it("says why a Warehouse finds no new Freight", () => {
    const ill = changed(HELD, "Warehouse", "kargo-auth/auth", () => ({
      status: {
        conditions: [{ type: "Ready", status: "False", reason: "DiscoveryFailed", message: "unauthorized" }],
      },
    }));
    assert.deepEqual(
      statusOfItems(ill).services.map(({ service, warehouse }) => [service, warehouse]),
      [
        ["api-gw", undefined],
        ["auth", "unauthorized"],
        ["nginx", undefined],
      ],
    );
  });

  it("measures from the push to the first Promotion to each Stage", () => {
    const { leadTimes } = statusOfItems(HELD).services[2] ?? {};
    assert.deepEqual(
      leadTimes?.map(({ stage, version, seconds }) => [stage, version.commit, seconds]),
      [
        ["dev", "abc1234", 87],
        ["dev", "ddd1234", 42],
        ["staging", "abc1234", 92],
        ["staging", "ddd1234", 45],
        ["prod", "abc1234", 100],
      ],
    );
  });

  it("counts the Promotions to the last Stages only", () => {
    const [apiGw, auth, nginx] = statusOfItems(HELD).services.map(({ deliveries }) => deliveries);
    assert.deepEqual(apiGw, { succeeded: 0, failed: 0 });
    assert.deepEqual(auth, { succeeded: 0, failed: 0 });
    assert.deepEqual(nginx, { succeeded: 1, failed: 0, since: "2026-11-28T13:38:38Z" });
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

  it("says which cluster could not be read, and shows the others", () => {
    const { services } = recordedPlan();
    const cluster = { stacks: ["test"], services, closed: [] };
    const status = statusOf(
      [
        { ...cluster, name: "eu", live: livePipelines(HELD) },
        { ...cluster, name: "us", live: "The API server cannot be reached." },
      ],
      RECORDED_AT,
    );
    assert.equal(status.clusters[1]?.unreadable, "The API server cannot be reached.");
    assert.deepEqual(
      status.services.map(({ cluster: name, stages }) => `${name} ${stages.length}`),
      ["eu 3", "eu 3", "eu 3", "us 0", "us 0", "us 0"],
    );
  });
});

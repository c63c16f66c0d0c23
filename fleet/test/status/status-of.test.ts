import assert from "node:assert/strict";
import { statusOf } from "../../status/status-of.ts";
import {
  changed,
  FIRST,
  HELD,
  kinds,
  livePipelines,
  RECORDED_AT,
  recordedPlan,
  SECOND,
  stageOf,
  statusOfItems,
  withStatus,
} from "./recorded-fleet.ts";

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
    const ill = withStatus(HELD, "Warehouse", "kargo-auth/auth", {
      conditions: [{ type: "Ready", status: "False", reason: "DiscoveryFailed", message: "unauthorized" }],
    });
    assert.deepEqual(
      statusOfItems(ill).services.map(({ service, warehouse }) => [service, warehouse]),
      [
        ["api-gw", undefined],
        ["auth", "unauthorized"],
        ["nginx", undefined],
      ],
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

import assert from "node:assert/strict";
import { service } from "../../../test/sources.ts";
import { COMMENT_LIMIT } from "../../report/fold.ts";
import { COMMENT_MARKER, renderComment, renderReport } from "../../report/markdown.ts";
import { engineRun, fleetReport, plan, reportOf, stackChange, step, type ValidStack } from "./reports.ts";

const TEAMS = {
  edge: { group: "AD-Edge" },
  identity: { group: "AD-Identity", approvers: "AD-Identity-Release" },
};
const pipelines = (staging: string) =>
  `{ standard: [{ stage: dev, promotion: auto, sync: auto }, { stage: staging, promotion: auto, sync: auto, after: [dev]${staging} }, { stage: prod, promotion: manual, sync: manual, after: [staging] }] }`;

/** The report on a soak that a pipeline gets. */
const soaking = (services: Readonly<Record<string, object>>) =>
  reportOf(
    plan(services, { pipelines: pipelines("") }),
    plan(services, { pipelines: pipelines(", soak: 2h") }),
  );

function many(count: number, more: object) {
  const names = Array.from({ length: count }, (_, index) => `service-${index}`);
  return Object.fromEntries(names.map((name) => [name, service(name, { build: false, ...more })]));
}

describe("a report", () => {
  it("names the changed service and no other", () => {
    const before = many(50, {});
    const after = { ...before, "service-7": service("service-7", { build: false, labels: { tier: "x" } }) };
    const text = renderReport(reportOf(plan(before), plan(after)));
    assert.deepEqual([...new Set(text.match(/service-\d+/g))], ["service-7"]);
  });

  it("describes a service's changes in words, with its fields folded", () => {
    const text = renderReport(soaking({ nginx: service("nginx") }));
    assert.match(text, /^- staging now soaks 2 h$/m);
    assert.match(
      text,
      /<details><summary>1 object, field by field<\/summary>\n\n```diff\n@@ Stage kargo-nginx\/staging @@\n\+ spec\.requestedFreight\[0\]\.sources\.requiredSoakTime: "2h0m0s"\n```\n\n<\/details>/,
    );
  });

  it("has a table of each cluster, with the engine's counts", () => {
    const before = plan({ nginx: service("nginx") });
    const after = plan({ nginx: service("nginx", { labels: { a: "b" } }) });
    const steps = [
      step("update", "kubernetes:x:Stage", "nginx/stage-dev"),
      step("create", "kubernetes:x:Stage", "nginx/x"),
    ];
    const stacks = ["eu", "us"].map((name) => ({
      change: stackChange(before, after, { stack: name, cluster: name }),
      engine: engineRun({ steps, unchanged: 1203 }),
    }));
    const text = renderReport(fleetReport(stacks));
    for (const name of ["eu", "us"]) {
      assert.ok(text.includes(`### Cluster ${name}`));
      assert.ok(text.includes(`| ${name} | nginx | update | label \`a\` is now b | +1 ~1 |`));
      assert.ok(
        text.includes(
          `Engine on ${name}: 1 to create, 1 to change, 1,203 stay; asked for only the affected services, in 1.2 s.`,
        ),
      );
    }
  });

  it("draws a changed pipeline once for all its services, with marks", () => {
    const text = renderReport(soaking(many(3, {})));
    assert.equal(text.match(/```mermaid/g)?.length, 1);
    assert.match(text, /p0s1\["<b>staging<\/b>.*"\]:::changed/);
    assert.match(text, /soaks 2 h/);
  });

  it("reports services that move together in one line", () => {
    const tasks = (percent: number) => ({
      rollout: `{ promotionTask: { stable: v1, canary: v2, canaryPercent: ${percent} } }`,
    });
    const text = renderReport(reportOf(plan(many(20, {}), tasks(0)), plan(many(20, {}), tasks(100))));
    assert.match(text, /^- 20 of 20 services move from promotion task v1 to v2\.$/m);
  });

  it("reports windows that begin and end to be in force, as a change of access", () => {
    const rollout =
      "{ windows: [ { stages: [prod], zone: UTC, open: [ { days: [Mon], from: '09:00', to: '16:00' } ], reason: x } ] }";
    const [without, within] = [plan(many(2, {})), plan(many(2, {}), { rollout })];
    const text = "Promotions to prod of every service only `Mon 09:00-16:00 UTC`\\. Why: `x`\\.";
    const begin = renderReport(reportOf(without, within));
    assert.match(begin, new RegExp(`- A new window: ${text}`));
    assert.match(begin, /🔑 When Promotions pass is now/);
    assert.match(renderReport(reportOf(within, without)), new RegExp(`- A window is gone: ${text}`));
  });

  it("reports freezes that begin and end, and the services that a share adds", () => {
    const frozen = { rollout: "{ percent: 50, freeze: [{ until: 2026-12-31, reason: the holidays }] }" };
    const begin = renderReport(reportOf(plan(many(20, {})), plan(many(20, {}), frozen)));
    assert.match(
      begin,
      /A freeze begins, until `2026-12-31`: no Promotion to every Stage of every service passes\. Why: `the holidays`\./,
    );
    assert.match(
      begin,
      /`rollout\.percent` changes from 100 to 50: 0 services added, \d+ services removed\./,
    );
    const end = renderReport(reportOf(plan(many(20, {}), frozen), plan(many(20, {}))));
    assert.match(end, /The freeze until `2026-12-31` of every Stage of every service ends\./);
  });

  it("shows the cost of new webhooks at GitHub", () => {
    const text = renderReport(reportOf(plan({}), plan({ nginx: service("nginx") })));
    assert.match(text, /^GitHub: 1 webhook to create, which takes about 1 min under GitHub's limits\.$/m);
  });

  it("shows the engine's message if it refused", () => {
    const errors = ["error: protected\n  ```\nremove it"];
    const text = renderReport(reportOf(plan({ a: service("a") }), plan({}), { outcome: "refused", errors }));
    assert.ok(
      text.includes("Stack test was refused:\n\n````\nerror: protected\n  ```\nremove it\n````"),
      text,
    );
  });
});

describe("a report as a comment", () => {
  const sizes = (text: string) => [text.length, Buffer.byteLength(text)];

  it("begins with the exact line by which it is found", () => {
    const nothing = renderComment(reportOf(plan({}), plan({})));
    assert.equal(nothing.split("\n")[0], "<!-- kargo-fleet preview -->");
    assert.equal(COMMENT_MARKER, "<!-- kargo-fleet preview -->");
  });

  it("is the whole report if that fits", () => {
    const report = reportOf(plan({}), plan({ nginx: service("nginx") }));
    assert.equal(renderComment(report), `${COMMENT_MARKER}\n${renderReport(report)}`);
  });

  /** Copies one plan many times, which is faster than makePlan. */
  function ofMany(count: number, more: object): ValidStack {
    const one = plan({ "service-x": service("service-x", { build: false, ...more }) }, {}, TEAMS);
    const text = JSON.stringify(one.plan.services[0]);
    const services = Array.from({ length: count }, (_, index) =>
      JSON.parse(text.replaceAll("service-x", `service-${index}`)),
    );
    return withServices(one, services);
  }

  function withServices(one: ValidStack, services: ValidStack["plan"]["services"]): ValidStack {
    return { ...one, plan: { ...one.plan, services } };
  }

  it("of 5,000 changed services fits GitHub's limit, with its verdict and deletions", function () {
    this.timeout(120_000);
    const after = ofMany(5_000, { image: "registry.example/edge/service-x" });
    const report = reportOf(ofMany(5_000, {}), withServices(after, after.plan.services.slice(2)));
    const text = renderComment(report);
    for (const size of sizes(text)) assert.ok(size <= COMMENT_LIMIT, String(size));
    assert.match(text.split("\n")[1] ?? "", /^## ⚠️ 2 deletions\. 5,000 services change/);
    assert.match(text, /service-0 and service-1 are deleted, each with its Kargo Project/);
    assert.match(text, /\| \| and [\d,]+ more rows \|/);
    assert.match(text, /The whole report is the job's artifact\.\n$/);
    assert.ok(renderReport(report).includes("@@ Warehouse kargo-service-4999/service-4999 @@"));
  });

  it("that loses 5,000 services gives their number and the first of them", function () {
    this.timeout(120_000);
    const text = renderComment(reportOf(ofMany(5_000, {}), plan({}, {}, TEAMS)));
    for (const size of sizes(text)) assert.ok(size <= COMMENT_LIMIT, String(size));
    assert.match(text, /^## ⚠️ 5,000 deletions\./m);
    assert.match(text, /service-0, service-1, .* and 4,984 more are deleted/);
  });

  it("shows the first of 5,000 different sentences on access, and counts the rest", function () {
    this.timeout(120_000);
    const before = ofMany(5_000, {});
    const services = before.plan.services.map((one, index) => {
      const group = `AD-Team-${index}`;
      return { ...one, access: { ...one.access, team: { ...one.access.team, group } } };
    });
    const text = renderComment(reportOf(before, withServices(before, services)));
    for (const size of sizes(text)) assert.ok(size <= COMMENT_LIMIT, String(size));
    assert.match(text, /^## ⚠️ [\d,]+ access changes\./m);
    assert.match(text, /AD-Team-0 \(team edge\) may now/);
    assert.match(text, /^- and [\d,]+ more lines: [\d,]+ access changes$/m);
  });

  it("never contains a Secret's value, even if one is planted", () => {
    const change = stackChange(plan({}), plan({}));
    const secret = (value: string) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "kept", namespace: "kargo", labels: {} },
      stringData: { password: value },
    });
    const object = { action: "update", kind: "Secret", namespace: "kargo", name: "kept" } as const;
    const shared = [{ ...object, before: secret("planted-old"), after: secret("planted-new") }];
    const text = renderReport(fleetReport([{ change: { ...change, shared }, engine: undefined }]));
    assert.ok(text.includes("! Secret kargo/kept"));
    assert.ok(!text.includes("planted"));
  });
});

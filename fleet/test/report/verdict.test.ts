import assert from "node:assert/strict";
import type { Problem } from "../../../model/diagnostics.ts";
import { service } from "../../../test/sources.ts";
import { exitCodeOf } from "../../preview/exit-code.ts";
import { verdictOf } from "../../report/verdict.ts";
import { engineRun, fleetReport, plan, reportOf, stackChange, step } from "./reports.ts";

const AUTH = service("auth", { build: false });
const NGINX = plan({ nginx: service("nginx") });
const IMAGE = plan({ nginx: service("nginx", { image: "registry.example/other" }) });
const SLOWER = plan({ nginx: service("nginx", { warehouse: { interval: "1h" } }) });

function problem(message: string): Problem {
  const place = { file: "services.json", line: 1, column: 1 };
  return { code: "KF050", place, path: "services.nginx", message, fix: "Change it." };
}

describe("the verdict of a report", () => {
  const text = (report: Parameters<typeof verdictOf>[0]) => verdictOf(report).text;

  it("says that nothing changes", () => {
    assert.equal(text(reportOf(NGINX, NGINX)), "Nothing changes.");
  });

  it("counts the services and clusters of safe changes", () => {
    const stacks = ["eu", "us"].map((name) => ({
      change: stackChange(NGINX, SLOWER, { stack: name, cluster: name }),
      engine: engineRun(),
    }));
    assert.equal(text(fleetReport(stacks)), "✅ Safe: 1 service changes on 2 clusters.");
  });

  it("counts the warnings", () => {
    const gone = reportOf(plan({ nginx: service("nginx"), auth: AUTH }), NGINX);
    assert.match(text(gone), /^⚠️ 1 deletion\. 1 service changes on 1 cluster\.$/);
    const moved = { nginx: service("nginx", { build: false, team: "identity" }) };
    const of = plan({ nginx: service("nginx", { build: false }) });
    assert.match(text(reportOf(of, plan(moved))), /^⚠️ 4 access changes\./);
  });

  it("is Safe for a new service of a known team, which only gets its own rights", () => {
    const report = reportOf(NGINX, plan({ nginx: service("nginx"), auth: AUTH }));
    assert.equal(verdictOf(report).is, "safe");
  });

  it("counts changes of what decides what runs", () => {
    assert.equal(
      text(reportOf(NGINX, IMAGE)),
      "⚠️ 1 change of what decides what runs. 1 service changes, and shared objects, on 1 cluster.",
    );
  });

  it("is not Safe if an up would fail for a service, and says so before the warnings", () => {
    const errors = [
      "services.json:5:21  services.nginx.repository  GitHub shows no repository. Create it. [KF100]",
      "services.json:4:15  services.nginx.team  the build namespace is not there. [KF102]",
    ];
    const report = reportOf(NGINX, IMAGE, { errors });
    assert.equal(verdictOf(report).is, "refused");
    assert.equal(exitCodeOf(report, []), 2);
    assert.match(
      text(report),
      /^⛔ An up would fail for 1 service on .*, and do the rest\. Also 1 change of what/,
    );
  });

  it("is not Safe if the base has no such stack, or an unreadable one", () => {
    assert.match(text(reportOf(undefined, NGINX)), /^⚠️ 1 change not classified\./);
  });

  it("is not Safe if the program changes and no engine ran", () => {
    const offline = { change: stackChange(NGINX, NGINX), engine: undefined };
    assert.match(text(fleetReport([offline], { program: ["index.ts"] })), /^⚠️ 1 change not classified\./);
  });

  it("is not Safe if the engine makes a change that no file explains", () => {
    const steps = [step("update", "kubernetes:x:Stage", "nginx/stage-dev")];
    assert.match(text(reportOf(NGINX, NGINX, { steps })), /^⚠️ 1 change not classified\./);
    const warehouse = [step("update", "kubernetes:x:Warehouse", "nginx/warehouse")];
    assert.match(text(reportOf(NGINX, SLOWER, { steps: warehouse })), /^✅ Safe/);
    const changed = {
      ...reportOf(NGINX, SLOWER, { steps: [...warehouse, ...steps] }),
      program: ["index.ts"],
    };
    assert.match(text(changed), /^⚠️ 1 change not classified\./);
  });

  it("counts deletions and replacements that only the engine shows", () => {
    const steps = [
      step("delete", "kubernetes:v1:ConfigMap", "platform/x"),
      step("create-replacement", "kubernetes:x:Stage", "nginx/stage-dev"),
      step("replace", "kubernetes:x:Stage", "nginx/stage-dev"),
      step("delete-replaced", "kubernetes:x:Stage", "nginx/stage-dev"),
    ];
    assert.match(text(reportOf(NGINX, NGINX, { steps })), /^⚠️ 1 deletion, 1 replacement\./);
  });

  it("counts the problems of invalid files, and names the stacks that were not previewed", () => {
    const change = stackChange(NGINX, undefined, {
      services: [],
      shared: [],
      problems: [problem("One."), problem("Two.")],
    });
    const report = fleetReport([{ change, engine: undefined }], {
      problems: [problem("Two."), problem("Three.")],
    });
    assert.equal(text(report), "❌ The files are wrong: 3 problems. Not previewed: test.");
  });

  it("shows what the loss check refuses, with the warnings", () => {
    const before = plan({ nginx: service("nginx"), auth: AUTH });
    const change = stackChange(before, NGINX, { losses: [problem("Gone.")] });
    assert.equal(
      text(fleetReport([{ change, engine: undefined }])),
      "⛔ Refused: 1 loss without the first step, on test. Also 1 deletion.",
    );
  });

  it("omits losses that the program accepted", () => {
    const change = stackChange(NGINX, SLOWER, { losses: [problem("Left behind.")] });
    assert.equal(verdictOf(fleetReport([{ change, engine: engineRun() }])).is, "safe");
  });

  it("names the stacks for which the engine failed", () => {
    const failed = reportOf(NGINX, SLOWER, { outcome: "failed", errors: ["x"] });
    assert.equal(text(failed), "❌ Could not be previewed: test.");
    assert.equal(text({ ...failed, tense: "done" }), "❌ The up failed on test.");
  });

  it("uses the past tense for a finished up", () => {
    assert.match(text({ ...reportOf(NGINX, SLOWER), tense: "done" }), /^✅ Done: 1 service changed/);
    assert.equal(text({ ...reportOf(NGINX, NGINX), tense: "done" }), "Nothing changed.");
  });

  it("says that program code changed and changes nothing else", () => {
    const report = { ...reportOf(NGINX, NGINX), program: ["index.ts"] };
    assert.equal(text(report), "✅ Safe: program code changes, but no objects do.");
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import type { EngineStep } from "../../preview/change.ts";
import { outcomeOfRun, type Spoken } from "../../up/outcome.ts";

const SERVICE = "kargo-fleet:index:ServicePipeline";
const urnOf = (name: string, type: string) => `urn:pulumi:prod::kargo-fleet::${type}::${name}`;
const ofService = (name: string) => urnOf(name, `${SERVICE}$kubernetes:core/v1:Namespace`);
const STACK = urnOf("kargo-fleet-prod", "pulumi:pulumi:Stack");

function failedStep(name: string, urn = ofService(name)): EngineStep {
  return { urn, name, op: "create", type: "kubernetes:core/v1:Namespace", protect: false, paths: [] };
}

function said(more: Partial<Spoken> = {}): Spoken {
  return { exitCode: 255, failed: [], errors: [], summary: true, last: [], ...more };
}

const KF100 = {
  message:
    "services.json:14:21  services.nginx.repository  the program's GitHub token sees no repository acme/nginx. [KF100]",
  urn: STACK,
};
const LAST = { message: "update failed", urn: STACK };

describe("the outcome of an engine's run", () => {
  it("is done if the engine succeeded", () => {
    assert.equal(outcomeOfRun(said({ exitCode: 0 })).outcome, "done");
  });

  it("is broken if only services failed, and names each with its errors", () => {
    const errors = [{ message: "422 Validation Failed", urn: ofService("nginx/webhook") }, KF100, LAST];
    const { outcome, broken, written } = outcomeOfRun(
      said({ failed: [failedStep("nginx/webhook")], errors }),
    );
    assert.deepEqual([outcome, written, [...broken.keys()]], ["broken", true, ["nginx"]]);
    assert.deepEqual(broken.get("nginx"), [
      "create of nginx/webhook failed",
      "422 Validation Failed",
      KF100.message,
    ]);
  });

  it("is done if a run of some targets leaves a resource that is no longer planned to the run of the whole stack", () => {
    const message =
      "Resource 'urn:pulumi:test::kargo-fleet::a:b:C::old' will be destroyed but was not specified in --target list.\nEither include resource in --target list or pass --target-dependents to proceed.";
    const errors = [{ message, urn: undefined }, LAST];
    assert.equal(outcomeOfRun(said({ errors })).outcome, "done");
    assert.equal(outcomeOfRun(said({ errors: [...errors, KF100] })).outcome, "broken");
    assert.equal(outcomeOfRun(said({ errors, summary: false })).outcome, "failed");
  });

  it("is failed if a shared resource failed too", () => {
    const shared = failedStep("platform/tasks", urnOf("platform/tasks", "kargo-fleet:index:Platform$x:y:Z"));
    const { outcome, errors } = outcomeOfRun(said({ failed: [failedStep("nginx/webhook"), shared] }));
    assert.deepEqual([outcome, errors], ["failed", ["create of platform/tasks failed"]]);
  });

  it("is failed if the program refuses, and if the engine ends without a summary", () => {
    const refusal = { message: '"nginx" is provisioned, and its entry is gone. [KF090]', urn: STACK };
    assert.equal(outcomeOfRun(said({ errors: [refusal] })).outcome, "failed");
    const killed = outcomeOfRun(
      said({ exitCode: undefined, summary: false, failed: [failedStep("nginx/webhook")] }),
    );
    assert.deepEqual([killed.outcome, killed.written], ["failed", false]);
  });

  it("is busy if the stack is locked by another update", () => {
    const last = ["error: the stack is currently locked by 1 lock(s)."];
    assert.equal(outcomeOfRun(said({ summary: false, last })).outcome, "busy");
  });

  it("has lost its state if the backend has none, if that is truncated, or if it lacks what the cluster has", () => {
    const exists = { message: 'appprojects "cart" already exists', urn: ofService("cart/app-project") };
    const cut = ["error: failed to load checkpoint: unexpected end of JSON input"];
    assert.ok(outcomeOfRun(said({ summary: false, exitCode: 6, last: ["no stack named 'test'"] })).lost);
    assert.ok(outcomeOfRun(said({ summary: false, last: cut })).lost);
    assert.ok(outcomeOfRun(said({ failed: [failedStep("cart/app-project")], errors: [exists] })).lost);
    assert.ok(!outcomeOfRun(said({ errors: [KF100] })).lost);
  });

  it("does not count as written if the state could not be saved, even if only services failed", () => {
    const errors = [
      KF100,
      { message: "failed to save snapshot: write: no space left on device", urn: undefined },
    ];
    const { outcome, written } = outcomeOfRun(said({ failed: [failedStep("nginx/webhook")], errors }));
    assert.deepEqual([outcome, written], ["failed", false]);
  });

  it("is never done or broken with an error that belongs to no service", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.boolean(), (message, summary) => {
        fc.pre(
          !/\[KF10\d\]|^(update failed|resource registration failed|\d+ errors? occurred:?)\.?$/.test(
            message,
          ),
        );
        const { outcome } = outcomeOfRun(said({ summary, errors: [KF100, { message, urn: STACK }] }));
        assert.ok(outcome === "failed" || outcome === "busy");
      }),
    );
  });
});

import assert from "node:assert/strict";
import { refusalsNow } from "../../status/closed.ts";
import { livePipelines, recorded, recordedPlan } from "./recorded-fleet.ts";

describe("Promotions that a policy refused", () => {
  const { services } = recordedPlan();
  const live = livePipelines(recorded("freeze"));
  const closure = (stages: readonly string[]) =>
    ({ kind: "freeze", reason: "year end", stages, services: ["nginx"] }) as const;

  it("are reported with their Stages, in the policy's words", () => {
    const [refusal, ...others] = refusalsNow(services, live, []);
    assert.deepEqual([refusal?.services, refusal?.stages, others], [["nginx"], ["dev"], []]);
    assert.notEqual(refusal?.reason, "");
  });

  it("are not reported again where a known window, freeze or stop closes the Stage", () => {
    assert.deepEqual(refusalsNow(services, live, [closure(["dev"])]), []);
    assert.deepEqual(refusalsNow(services, live, [closure([])]), []);
  });

  it("are reported if what is known closes another Stage", () => {
    assert.equal(refusalsNow(services, live, [closure(["prod"])]).length, 1);
  });
});

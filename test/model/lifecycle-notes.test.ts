import assert from "node:assert/strict";
import { lifecycleNotes } from "../../model/lifecycle-notes.ts";
import { hookStep, type Provisioned } from "../../model/provisioned.ts";
import { catalogueOf, planOf, stackText } from "../sources.ts";
import { type Entries, type Keys, upOf } from "./ups.ts";

const plan = (entries: Entries, keys: Keys = {}) => planOf(catalogueOf(entries), stackText(keys));
const recorded = (entries: Entries, hooksOff: readonly string[] = []): Provisioned => ({
  ...upOf(entries),
  hooksOff: [...hooksOff],
});
const GOING = { nginx: {}, auth: { state: "decommissioned" } };

describe("the notes of a preview", () => {
  it("are empty if nothing is frozen or decommissioned", () => {
    assert.deepEqual(lifecycleNotes(plan({ nginx: {} }), undefined), []);
    assert.deepEqual(lifecycleNotes(plan({ nginx: {} }), recorded({ nginx: {} })), []);
  });

  it("list freezes with end and reason, and those that are over", () => {
    const freeze = [
      "{ stages: [dev], services: [nginx], until: 2026-12-31, reason: year end }",
      "{ until: 2026-12-31, reason: all }",
      "{ until: 2026-01-01, reason: past }",
    ].join();
    assert.deepEqual(lifecycleNotes(plan({ nginx: {} }, { rollout: `{ freeze: [${freeze}] }` }), undefined), [
      "Frozen until 2026-12-31 (year end): no Promotion to dev of nginx passes.",
      "Frozen until 2026-12-31 (all): no Promotion to every Stage of every service passes.",
      "The freeze until 2026-01-01 (past) is over. Remove it from rollout.freeze.",
    ]);
  });

  it("list decommissioned services, first with their hook off, then without it", () => {
    const end =
      "no auto-promotion, no protection. Removing the entry deletes the Kargo Project with its Freight and history.";
    assert.deepEqual(lifecycleNotes(plan(GOING), recorded({ nginx: {}, auth: {} })), [
      `Decommissioned: auth. The hook is off, and the next up deletes it, ${end}`,
    ]);
    assert.deepEqual(lifecycleNotes(plan(GOING), recorded(GOING, ["auth"])), [
      `Decommissioned: auth. No hook, ${end}`,
    ]);
  });

  it("list services that are deleted now, and what is kept", () => {
    assert.deepEqual(lifecycleNotes(plan({ nginx: {} }), recorded(GOING, ["auth"])), [
      "Deleted now: auth. Their values files stay in Git, and deployed workloads stay in their namespaces.",
    ]);
  });
});

describe("a hook", () => {
  const step = (
    before: Provisioned | undefined,
    isMade: boolean,
    isReachable: boolean,
    entries: Entries = GOING,
  ) => {
    const auth = plan(entries).services.find(({ name }) => name === "auth");
    assert.ok(auth);
    return hookStep(auth, before, isMade, isReachable);
  };
  const ACTIVE = { nginx: {}, auth: {} };

  it("is deleted after an up has turned it off and unprotected it", () => {
    assert.equal(step(undefined, true, true), "keep");
    assert.equal(step(recorded(ACTIVE), true, true), "keep");
    assert.equal(step(recorded(GOING, ["auth"]), true, true), "leave-out");
  });

  it("is created again when its service is active again", () => {
    assert.equal(step(recorded(GOING, ["auth"]), false, false, ACTIVE), "keep");
  });

  it("that does not exist is not created for a decommissioned service", () => {
    for (const before of [undefined, recorded(ACTIVE), recorded(GOING)])
      assert.equal(step(before, false, true), "leave-out");
  });

  it("that GitHub does not let anybody change is dropped: one up keeps it, the next drops it from the state", () => {
    assert.equal(step(recorded(ACTIVE), true, false), "lose");
    assert.equal(step(recorded(GOING, ["auth"]), true, false), "lose");
    assert.equal(step({ ...recorded(GOING), hooksLost: ["auth"] }, true, false), "leave-out");
  });
});

import assert from "node:assert/strict";
import { lifecycleNotes } from "../../model/lifecycle-notes.ts";
import { hookStep, type Provisioned, provisioned } from "../../model/provisioned.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";

type Entries = Readonly<Record<string, object>>;

const planned = (entries: Entries, keys: Readonly<Record<string, string>> = {}) =>
  planOf(
    catalogueText(
      Object.fromEntries(Object.entries(entries).map(([name, more]) => [name, service(name, more)])),
    ),
    stackText(keys),
  );
const upOf = (entries: Entries, hooksOff: readonly string[] = []): Provisioned => ({
  ...provisioned(planned(entries)),
  hooksOff: [...hooksOff],
});
const GOING = { nginx: {}, auth: { state: "decommissioned" } };

describe("what a preview says although nothing is wrong", () => {
  it("is nothing on an ordinary day", () => {
    assert.deepEqual(lifecycleNotes(planned({ nginx: {} }), undefined), []);
    assert.deepEqual(lifecycleNotes(planned({ nginx: {} }), upOf({ nginx: {} })), []);
  });

  it("is what is frozen, until when and why, and what of that is over", () => {
    const freeze = [
      "{ stages: [dev], services: [nginx], until: 2026-12-31, reason: year end }",
      "{ until: 2026-12-31, reason: all }",
      "{ until: 2026-01-01, reason: past }",
    ].join();
    assert.deepEqual(
      lifecycleNotes(planned({ nginx: {} }, { rollout: `{ freeze: [${freeze}] }` }), undefined),
      [
        "Frozen until 2026-12-31 (year end): dev of nginx promotes nothing by itself.",
        "Frozen until 2026-12-31 (all): every Stage of every service promotes nothing by itself.",
        "The freeze until 2026-01-01 (past) is over. Remove it from rollout.freeze.",
      ],
    );
  });

  it("is who is decommissioned, first with a hook that is off, then without one", () => {
    const end =
      "no auto-promotion, no protection. Removing the entry deletes the Kargo Project with its Freight and history.";
    assert.deepEqual(lifecycleNotes(planned(GOING), upOf({ nginx: {}, auth: {} })), [
      `Decommissioned: auth. The hook is off, and is deleted by the next up, ${end}`,
    ]);
    assert.deepEqual(lifecycleNotes(planned(GOING), upOf(GOING, ["auth"])), [
      `Decommissioned: auth. No hook, ${end}`,
    ]);
  });

  it("is who leaves now, and what of it stays", () => {
    assert.deepEqual(lifecycleNotes(planned({ nginx: {} }), upOf(GOING, ["auth"])), [
      "Leaving now: auth. Their values files stay in Git, and what Argo CD deployed stays in its namespaces.",
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
    const auth = planned(entries).services.find(({ name }) => name === "auth");
    assert.ok(auth);
    return hookStep(auth, before, isMade, isReachable);
  };
  const ACTIVE = { nginx: {}, auth: {} };

  it("goes once an up has turned it off and left it unprotected, and no sooner", () => {
    assert.equal(step(undefined, true, true), "keep");
    assert.equal(step(upOf(ACTIVE), true, true), "keep");
    assert.equal(step(upOf(GOING, ["auth"]), true, true), "leave-out");
  });

  it("comes back when its service is active again", () => {
    assert.equal(step(upOf(GOING, ["auth"]), false, false, ACTIVE), "keep");
  });

  it("that was never made is not made to be removed", () => {
    for (const before of [undefined, upOf(ACTIVE), upOf(GOING)])
      assert.equal(step(before, false, true), "leave-out");
  });

  it("that GitHub lets nobody change is forgotten: left as it is by one up, and out of the state by the next", () => {
    assert.equal(step(upOf(ACTIVE), true, false), "lose");
    assert.equal(step(upOf(GOING, ["auth"]), true, false), "lose");
    assert.equal(step({ ...upOf(GOING), hooksLost: ["auth"] }, true, false), "leave-out");
  });
});

import assert from "node:assert/strict";
import type { Item } from "../../recovery/items.ts";
import { blockedItems, type Recovered, recoveredJson, recoveredText } from "../../recovery/report.ts";
import type { Verdict } from "../../recovery/verdicts.ts";
import { creation } from "./creation.ts";

const URN =
  "urn:pulumi:prod::kargo-fleet::kargo-fleet:index:ServicePipeline$kubernetes:x:Stage::nginx/stage-dev";

function item(verdict: Verdict, twins: readonly string[] = []): Item {
  const planned = { is: "hook", creation: creation(URN), repository: "nginx", url: "https://hooks" } as const;
  return {
    planned,
    what: "Stage kargo-nginx/dev",
    resource: "nginx/stage-dev",
    found: undefined,
    verdict,
    twins,
  };
}

function recovered(items: readonly Item[], more: Partial<Recovered> = {}): Recovered {
  const owner = { pid: 42, user: "alice", host: "ci", since: new Date("2026-11-25T13:21:32Z") };
  return {
    recovery: {
      stack: "prod",
      locks: [{ file: "lock.json", owner }],
      items,
      strays: ["Stage kargo-old/dev"],
      leavingHooks: [],
      state: { resources: [], pending: [{ urn: URN, type: "creating" }], text: "" },
      creations: [],
    },
    dryRun: false,
    taken: items.flatMap(({ verdict }) =>
      verdict.is === "ours" ? [{ creation: creation(URN), id: verdict.id }] : [],
    ),
    ...more,
  };
}

const OURS = { is: "ours", id: "kargo-nginx/dev" } as const;

describe("the report of a recovery", () => {
  it("shows the lock's owner, what was imported and dropped, what was left alone, and the next step", () => {
    assert.equal(
      recoveredText(recovered([item(OURS, ["nginx/8"])])),
      [
        "Stack prod was interrupted.",
        "The owner of its lock has ended: process 42 of alice on ci, since 2026-11-25T13:21:32.000Z.",
        "",
        "Imported (created, but missing from the state):",
        "  Stage kargo-nginx/dev  (nginx/stage-dev)",
        "",
        "Dropped:",
        "  nginx/stage-dev, interrupted while creating",
        "",
        "Not imported (hooks with the same address; GitHub calls each):",
        "  Stage kargo-nginx/dev, also as nginx/8",
        "",
        "Not imported (with this stack's label, but in neither its plan nor its state):",
        "  Stage kargo-old/dev",
        "",
        "Next: pulumi up --stack prod",
      ].join("\n"),
    );
  });

  it("has a fix for everything that blocks an up", () => {
    const verdicts: Verdict[] = [
      { is: "foreign", id: "x", lacks: "kargo-fleet/stack=prod" },
      { is: "another stack's", id: "x", stack: "staging" },
      { is: "deleting", id: "x" },
    ];
    const items = verdicts.map((each) => item(each));
    const text = recoveredText(recovered(items));
    assert.match(text, /has no label kargo-fleet\/stack=prod.*fleet adopt nginx --stack prod/);
    assert.match(text, /belongs to stack staging\. Remove the service/);
    assert.match(text, /is being deleted\. Wait/);
    assert.equal(blockedItems({ items }).length, 3);
    assert.deepEqual(blockedItems({ items: [item(OURS), item({ is: "absent" })] }), []);
  });

  it("says that a dry run changed nothing, and how the up went", () => {
    assert.match(
      recoveredText(recovered([], { dryRun: true })),
      /Would be dropped:[\s\S]*Nothing was changed\./,
    );
    assert.match(recoveredText(recovered([], { up: true })), /The following up succeeded\./);
    assert.match(
      recoveredText(recovered([], { up: false })),
      /failed[\s\S]*fleet recover --stack prod --up again/,
    );
  });

  it("has the same content as JSON", () => {
    const { locks, taken, strays, notMade, up } = JSON.parse(
      recoveredJson(recovered([item(OURS), item({ is: "absent" })], { up: true })),
    );
    assert.deepEqual(
      { locks, taken, strays, notMade, up },
      {
        locks: [{ file: "lock.json", pid: 42, user: "alice", host: "ci", since: "2026-11-25T13:21:32.000Z" }],
        taken: [{ urn: URN, id: "kargo-nginx/dev" }],
        strays: ["Stage kargo-old/dev"],
        notMade: ["nginx/stage-dev"],
        up: true,
      },
    );
  });
});

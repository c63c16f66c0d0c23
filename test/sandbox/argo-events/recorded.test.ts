import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate } from "../../../sandbox/argo-events/evaluate.ts";
import { Refusal } from "../../../sandbox/argo-events/refusal.ts";
import { CASES, type Case } from "./cases.ts";
import { digestOf, type Recorded } from "./recorded.ts";

const recorded = new Map(
  readFileSync(join(import.meta.dirname, "recorder", "recorded.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Recorded)
    .map((answer) => [answer.name, answer] as const),
);

/** The evaluator's answer in the form of the recorded one. */
function answerTo({ objects, delivery }: Case): Pick<Recorded, "refused" | "status" | "triggers"> {
  try {
    const { status, outcomes } = evaluate(objects, delivery, new Date(0));
    const triggers = outcomes.map(({ trigger, result, ...rest }) => ({
      trigger,
      result,
      ...("object" in rest && { object: rest.object }),
    }));
    return { status, triggers };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}

describe("the evaluator and Argo Events' own code", () => {
  it("were asked the same questions (else see recorder/README.md)", () => {
    const stale = CASES.filter((asked) => recorded.get(asked.name)?.question !== digestOf(asked));
    assert.deepEqual(
      stale.map(({ name }) => name),
      [],
    );
    assert.ok(CASES.length > 800, String(CASES.length));
  });

  for (const asked of CASES) {
    it(`agree: ${asked.name}`, () => {
      const { refused, status, triggers } = recorded.get(asked.name) ?? {};
      const answer = answerTo(asked);
      if (refused === undefined) assert.deepEqual(answer, { status, triggers });
      else assert.ok(answer.refused !== undefined, `Argo Events refuses: ${refused}`);
    });
  }
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argoEvents } from "./ask.ts";
import { CASES } from "./cases.ts";

/** What Argo Events 1.9.11 itself answered: whole pods' code behind HTTP, with no cluster behind it. */
interface Recorded {
  readonly name: string;
  /** Its message, where it does not run these objects at all. */
  readonly refused?: string;
  readonly status?: number;
  /** Of the triggers that wait for the event, and of the dead ones, in their order. */
  readonly triggers?: readonly object[];
}

const recorded = readFileSync(join(import.meta.dirname, "recorded.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Recorded);

describe("the program answers as Argo Events itself did", () => {
  const ask = argoEvents();

  it("to every case that was recorded, and no other", () => {
    assert.deepEqual(
      recorded.map(({ name }) => name),
      CASES.map(({ name }) => name),
    );
  });

  for (const { name, objects, delivery } of CASES) {
    it(name, async () => {
      const { refused, status, triggers } = recorded.find((one) => one.name === name) ?? {};
      const answer = await ask(objects, delivery);
      if (refused !== undefined) {
        const [, message = ""] = /^\w+: (.*)$/s.exec(refused) ?? [];
        assert.ok(answer.refused?.endsWith(message), `${answer.refused} is not ${refused}`);
        return;
      }
      const outcomes = answer.outcomes.map(({ trigger, result, object }) => ({
        trigger,
        result,
        ...(object && { object }),
      }));
      assert.deepEqual({ status: answer.status, triggers: outcomes }, { status, triggers });
    });
  }
});

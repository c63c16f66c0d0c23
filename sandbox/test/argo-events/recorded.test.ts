import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argoEvents } from "./ask.ts";
import { CASES } from "./cases.ts";

/** An answer of Argo Events 1.9.11: the code of its pods behind HTTP, without a cluster. */
interface Recorded {
  readonly name: string;
  /** The message of Argo Events if it refuses these objects. */
  readonly refused?: string;
  readonly status?: number;
  /** The triggers that wait for the event, and the broken ones, in order. */
  readonly triggers?: readonly object[];
}

const recorded = readFileSync(join(import.meta.dirname, "recorded.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Recorded);

describe("sandbox-argo-events answers like Argo Events", () => {
  const ask = argoEvents();

  it("in every recorded case, and has no case without a recording", () => {
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

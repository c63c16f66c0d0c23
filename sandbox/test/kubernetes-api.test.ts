import assert from "node:assert/strict";
import { type Answer, retryWhileBusy } from "../kubernetes-api.ts";

/** Gives the answers one after the other, and repeats the last one. */
function server(...answers: readonly Answer[]): { call: () => Promise<Answer>; asked: () => number } {
  let asked = 0;
  const call = async (): Promise<Answer> => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    return answer ?? { status: 500, text: "no answer" };
  };
  return { call, asked: () => asked };
}

const LATER = { status: 429, text: "storage is (re)initializing", retryAfter: 0.01 };
const TOO_LONG = { status: 504, text: "request did not complete within requested timeout", retryAfter: 0.01 };
const FOUND = { status: 200, text: "{}" };

describe("a call to the API server", () => {
  it("is repeated while the server is busy or too slow", async () => {
    const { call, asked } = server(LATER, TOO_LONG, FOUND);
    assert.deepEqual(await retryWhileBusy(call), FOUND);
    assert.equal(asked(), 3);
  });

  it("returns the last answer when the time is up", async () => {
    const { call } = server(LATER);
    assert.deepEqual(await retryWhileBusy(call, 50), LATER);
  });

  it("is not repeated after any other refusal", async () => {
    const refused = { status: 403, text: "no", retryAfter: 0.01 };
    const { call, asked } = server(refused, FOUND);
    assert.deepEqual(await retryWhileBusy(call), refused);
    assert.equal(asked(), 1);
  });
});

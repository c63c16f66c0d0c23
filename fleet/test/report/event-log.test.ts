import assert from "node:assert/strict";
import { readEventLog, type UpLog } from "../../report/event-log.ts";

const TYPE = "kubernetes:kargo.akuity.io/v1alpha1:Stage";

function metadata(op: string, name: string, more: object = {}) {
  const urn = `urn:pulumi:prod::kargo-fleet::kargo-fleet:index:ServicePipeline$${TYPE}::${name}`;
  const state = { type: TYPE, urn, protect: true, inputs: { spec: "planted-value" } };
  return { metadata: { op, urn, type: TYPE, old: op === "create" ? null : state, new: state, ...more } };
}

const log = (...events: readonly object[]) =>
  events.map((event, sequence) => `${JSON.stringify({ sequence, timestamp: 1, ...event })}\n`).join("");
const PRELUDE = { preludeEvent: { config: {} } };
const begun = (op: string, name: string) => ({ resourcePreEvent: metadata(op, name) });
const done = (op: string, name: string, more: object = {}) => ({ resOutputsEvent: metadata(op, name, more) });
const summary = (result: string, isPreview = false) => ({
  summaryEvent: { isPreview, durationSeconds: 7, resourceChanges: {}, result },
});
const words = (severity: string, message: string) => ({
  diagnosticEvent: { prefix: "", message, color: "never", severity },
});

const names = (up: UpLog | undefined) => up?.run.steps.map(({ name }) => name);

describe("the log of an up", () => {
  it("shows what was done, with changed paths and no values", () => {
    const up = readEventLog(
      log(
        PRELUDE,
        begun("update", "nginx/stage-dev"),
        done("update", "nginx/stage-dev", { detailedDiff: { "spec.vars[0]": { kind: "update" } } }),
        done("same", "nginx/stage-prod"),
        words("info", "Frozen."),
        summary("succeeded"),
      ),
    );
    assert.deepEqual(
      [up?.stack, up?.run.outcome, up?.run.unchanged, up?.run.milliseconds],
      ["prod", "succeeded", 1, 7000],
    );
    const [step] = up?.run.steps.filter(({ op }) => op !== "same") ?? [];
    assert.deepEqual(
      [step?.op, step?.name, step?.protect, step?.paths],
      ["update", "nginx/stage-dev", true, ["spec.vars[0]"]],
    );
    assert.ok(!JSON.stringify(up).includes("planted-value"));
  });

  it("shows the engine's message and the failed resource", () => {
    const up = readEventLog(
      log(
        PRELUDE,
        begun("create", "nginx/stage-dev"),
        { resOpFailedEvent: { ...metadata("create", "nginx/stage-dev"), status: 0, steps: 0 } },
        words("error", "denied by the guard\n"),
        summary("failed"),
      ),
    );
    assert.equal(up?.run.outcome, "failed");
    assert.deepEqual(up?.run.errors, ["denied by the guard", "create of nginx/stage-dev failed"]);
    assert.deepEqual(up?.run.steps, []);
  });

  it("that is truncated belongs to an interrupted up, and shows its pending operations", () => {
    const text = log(PRELUDE, done("create", "nginx/a"), begun("create", "nginx/b"), summary("succeeded"));
    const up = readEventLog(text.slice(0, -30));
    assert.deepEqual([up?.interrupted, up?.run.outcome], [true, "failed"]);
    assert.deepEqual(up?.run.errors, [
      "The log is truncated: the up was interrupted, or still runs.",
      "create of nginx/b was started, and its result is unknown",
    ]);
    assert.deepEqual(names(up), ["nginx/a"]);
  });

  it("omits the preview before the up", () => {
    const up = readEventLog(
      log(
        PRELUDE,
        done("create", "nginx/a"),
        done("create", "nginx/b"),
        summary("succeeded", true),
        PRELUDE,
        done("create", "nginx/a"),
        summary("failed"),
      ),
    );
    assert.deepEqual(names(up), ["nginx/a"]);
  });

  it("of a preview only says that nothing was changed", () => {
    const up = readEventLog(log(PRELUDE, done("create", "nginx/a"), summary("failed", true)));
    assert.deepEqual([up?.onlyPreviewed, up?.run.steps], [true, []]);
  });

  it("is undefined for another text", () => {
    for (const text of ["", "x\n", "{\n}\n", "[]\n[]\n", `${log(PRELUDE)}x\n${log(PRELUDE)}`]) {
      assert.equal(readEventLog(text), undefined, text);
    }
  });
});

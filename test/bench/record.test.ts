import assert from "node:assert/strict";
import { machine } from "../../bench/benchmarks-page.ts";
import { Cells } from "../../bench/fleet/record.ts";
import type { Cell } from "../../bench/results.ts";

const measured = (seconds: number): Cell => ({ seconds, worker: 1, all: 1, requests: 1, written: 1 });
const PHASES = ["first rollout", "no-op"];

/** What an earlier run has measured of 100 services. */
const earlier = (on = machine()) => ({
  machine: on,
  cells: { 100: { "fleet up": { "no-op": { ...measured(9), day: "2026-01-02" } } } },
});

describe("the record of npm run bench -- fleet", () => {
  it("keeps what earlier runs measured of other sizes and phases", () => {
    const cells = new Cells(earlier());
    cells.set("kubectl apply", "first rollout", 10, measured(1), false, "2026-03-04");
    assert.deepEqual(cells.sizes, [10, 100]);
    assert.deepEqual(cells.measured(["kubectl apply", "pulumi up", "fleet up"]), [
      "kubectl apply",
      "fleet up",
    ]);
    assert.deepEqual(cells.measured(PHASES), PHASES);
    assert.equal(cells.when, `Measured on 2026-01-02 to 2026-03-04, on ${machine()}.`);
  });

  it("replaces a measurement, also by a failure, but not if the time was over", () => {
    const cells = new Cells(earlier());
    const set = (cell: Cell, isLate = false) =>
      cells.set("fleet up", "no-op", 100, cell, isLate, "2026-03-04");
    set({ missing: "the time was over" }, true);
    assert.equal(secondsOf(cells.get("fleet up", "no-op", 100)), 9);
    set(measured(8));
    assert.equal(secondsOf(cells.get("fleet up", "no-op", 100)), 8);
    set({ missing: "failed: 1" });
    assert.equal(secondsOf(cells.get("fleet up", "no-op", 100)), "failed: 1");
  });

  it("drops what another machine has measured, because seconds of two machines cannot be compared", () => {
    assert.deepEqual(new Cells(earlier("64 cores of a fast machine")).sizes, []);
  });
});

function secondsOf(cell: Cell | undefined): number | string | undefined {
  return cell && ("missing" in cell ? cell.missing : cell.seconds);
}

import assert from "node:assert/strict";
import { orderOf } from "../../bench/fleet/fleet.ts";
import { kubectl } from "../../bench/fleet/kubectl.ts";
import { fleet, plain } from "../../bench/fleet/pulumi.ts";
import { figuresOf, plotOf, textOf, timesOf } from "../../bench/fleet/tables.ts";
import type { Cell, Results } from "../../bench/results.ts";

const measured = (seconds: number): Cell => ({
  seconds,
  worker: 900,
  all: 1_700,
  requests: 42,
  written: 3.25,
});

/** Seconds by command, phase and number of services. */
function results(cells: Readonly<Record<string, Cell>>, sizes = [100, 1_000]): Results {
  return {
    peers: ["kubectl apply", "fleet up"],
    phases: ["first rollout", "no-op", "one service"],
    sizes,
    cell: (...key) => cells[key.join(" / ")],
  };
}

const ALL = results({
  "kubectl apply / first rollout / 100": measured(20),
  "kubectl apply / first rollout / 1000": measured(200),
  "fleet up / first rollout / 100": measured(26),
  "fleet up / first rollout / 1000": measured(280),
  "fleet up / no-op / 1000": measured(150),
  "fleet up / one service / 1000": measured(4.5),
  "kubectl apply / one service / 1000": { missing: "the time was over" },
});

describe("the tables of npm run bench -- fleet", () => {
  it("show the time of each command with its ratio to kubectl", () => {
    assert.match(timesOf(ALL), /\| 1000 \| `fleet up` \| 280\.0 s \(1\.4 ×\) \| 150\.0 s \| 4\.5 s \|/);
    assert.match(timesOf(ALL), /\| 1000 \| `kubectl apply` \| 200\.0 s \| — \| — \|/);
  });

  it("say which figures are reached, and which are not", () => {
    const figures = figuresOf(ALL);
    assert.match(figures, /first rollout of 1000, to `kubectl apply` \| ≤ 1\.5 × \| 1\.40 × \| yes/);
    assert.match(figures, /no-op of 1000 in the engine, to the first rollout \| ≤ 0\.5 × \| 0\.54 × \| no/);
    assert.match(figures, /one changed service of 1000 \| ≤ 5 s \| 4\.50 s \| yes/);
    assert.match(figures, /growth exponent of a first rollout \| ≤ 1\.1 \| 1\.03 \| yes/);
    assert.match(figures, /peak memory of a worker \| ≤ 1,000 MB \| 900 MB \| yes/);
  });

  it("give why a cell is empty", () => {
    assert.match(textOf(ALL), /- `kubectl apply`: the time was over \(one service of 1000\)/);
    const later = results({
      "fleet up / first rollout / 100": { missing: "failed" },
      "fleet up / first rollout / 1000": { missing: "failed" },
      "fleet up / no-op / 1000": { missing: "failed" },
    });
    assert.match(textOf(later), /- `fleet up`: failed \(first rollout of 100, 1000; no-op of 1000\)/);
  });

  it("say of a run that was cut short what it did not reach", () => {
    const text = textOf(results({ "kubectl apply / first rollout / 100": measured(20) }));
    assert.match(text, /- `fleet up`: not run \(first rollout of 100, 1000; /);
    assert.match(text, /not reached in time/);
  });

  it("show memory, requests and bytes of a first rollout", () => {
    assert.match(textOf(ALL), /\| 100 \| `fleet up` \| 900 MB \| 1700 MB \| 42 \| 3\.3 MB \|/);
  });

  it("have a picture as soon as there is a first rollout", () => {
    assert.equal(plotOf(results({})), undefined);
    assert.match(plotOf(ALL) ?? "", /<svg[\s\S]*fleet up[\s\S]*<\/svg>/);
  });
});

describe("the order of npm run bench -- fleet", () => {
  it("begins with the largest size and the one to compare with, and ends with what is quadratic", () => {
    const order = orderOf([kubectl, plain, fleet], [10, 50, 100, 250, 1_000]);
    assert.deepEqual(
      order.map(([peer, size]) => `${peer.name} ${size}`),
      [
        ...[1_000, 100, 10, 50, 250].flatMap((size) => [`kubectl apply ${size}`, `fleet up ${size}`]),
        ...[10, 50, 100, 250, 1_000].map((size) => `pulumi up ${size}`),
      ],
    );
  });
});

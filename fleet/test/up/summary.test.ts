import assert from "node:assert/strict";
import type { WaveResult } from "../../up/roll-out.ts";
import { exitCodeOf, nextCommand, upJson, upReport, upText } from "../../up/summary.ts";
import { TimeLeft } from "../../up/time-left.ts";
import type { ClusterUp } from "../../up/up.ts";
import { stackRun } from "./stack-run.ts";

const AGAIN = "npm run fleet -- up prod-eu";
const KF100 =
  "services.json:8:3  services.nginx.repository  the program's GitHub token sees no repository acme/nginx. [KF100]";

function wave(name: string, more: Partial<WaveResult> = {}): WaveResult {
  return {
    name,
    services: 1,
    runs: [stackRun()],
    skipped: [],
    notBegun: [],
    stops: [],
    milliseconds: 1_000,
    ...more,
  };
}

function up(more: Partial<ClusterUp> = {}): ClusterUp {
  return {
    cluster: "prod-eu",
    waves: [wave("the platform")],
    left: [],
    broken: new Map(),
    recovered: [],
    milliseconds: 200_000,
    ...more,
  };
}

const FAILED = stackRun({ outcome: "failed", errors: ["the API server is gone"] });
const STOPPED = up({
  waves: [
    wave("the platform"),
    wave("10 %", {
      runs: [FAILED],
      notBegun: ["prod-eu-04"],
      stops: ["stack prod-eu-03 failed\nthe API server is gone"],
    }),
  ],
  left: ["the rest"],
});

describe("the summary of fleet up", () => {
  it("says what is done, what is not and why, and the one command that goes on", () => {
    assert.equal(
      upText(STOPPED, AGAIN),
      `Cluster prod-eu: stopped in wave "10 %" after 3 min 20 s.

  up         the platform: 1 stack, changes: none (1 s)
  bad        10 %: 1 stack, changes: none; not begun: prod-eu-04 (1 s)
             stack prod-eu-03 failed
             the API server is gone
  not begun  the rest

Repair the cause, then go on with:
  npm run fleet -- up prod-eu`,
    );
    assert.equal(exitCodeOf(STOPPED), 3);
  });

  it("names each service that could not be made, with reason and fix", () => {
    const broken = new Map([["nginx", ["create of nginx/webhook failed", "404 Not Found", KF100]]]);
    const said = up({
      waves: [wave("everything", { runs: [stackRun({ outcome: "broken", broken })] })],
      broken,
    });
    assert.match(
      upText(said, AGAIN),
      /except 1 service\.[\s\S]*Not made:\n {2}nginx\n {4}services\.json:8:3[^\n]*\[KF100\]\n\nRepair each/,
    );
    assert.equal(exitCodeOf(said), 2);
  });

  it("names no command if everything is up", () => {
    assert.equal(nextCommand(up(), AGAIN), undefined);
    assert.equal(exitCodeOf(up()), 0);
  });

  it("sends to recover if the state has lost what the cluster has", () => {
    for (const outcome of ["broken", "failed"] as const) {
      const lost = up({ waves: [wave("everything", { runs: [stackRun({ outcome, lost: true })] })] });
      assert.equal(nextCommand(lost, AGAIN), `npm run fleet -- recover --stack prod-eu-03 && ${AGAIN}`);
    }
  });

  it("has another exit code if somebody else updates a stack", () => {
    const busy = up({
      waves: [wave("everything", { runs: [stackRun({ outcome: "busy" })], stops: ["busy"] })],
    });
    assert.equal(exitCodeOf(busy), 4);
  });

  it("is JSON for scripts, with the outcome, each wave and the next command", () => {
    const read = JSON.parse(upJson(STOPPED, AGAIN)) as {
      outcome: string;
      next: string;
      waves: { name: string }[];
    };
    assert.deepEqual(
      [read.outcome, read.next, read.waves.map(({ name }) => name)],
      ["stopped", AGAIN, ["the platform", "10 %"]],
    );
  });

  it("is a report with one stack for all its runs", () => {
    const report = upReport(up({ waves: [wave("a"), wave("b", { runs: [FAILED] })] }));
    assert.deepEqual(
      report.stacks.map(({ engine }) => [engine?.outcome, engine?.errors]),
      [["failed", ["the API server is gone"]]],
    );
  });
});

describe("the time left", () => {
  it("is told once enough resources are done, and follows their pace", () => {
    const time = new TimeLeft(100);
    time.done();
    assert.equal(time.words(1_000), "1 of 100 resources");
    for (let done = 1; done < 50; done++) time.done();
    assert.equal(time.words(60_000), "50 of 100 resources, about 60 s left");
    assert.equal(time.words(600_000), "50 of 100 resources, about 10 min left");
  });
});

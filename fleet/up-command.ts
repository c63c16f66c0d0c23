import { writeFile } from "node:fs/promises";
import { readFleet } from "./all-stacks.ts";
import { clusterStacks } from "./cluster-stacks.ts";
import { CLUSTER, command, flag, JSON_OPTION, option, type ValuesOf } from "./command.ts";
import { workingDirectory } from "./files.ts";
import { count, numberThat } from "./option-parsers.ts";
import { roomFor } from "./parallel.ts";
import { progressOn } from "./progress.ts";
import { openEngine } from "./recovery/engine.ts";
import { renderReport } from "./report/markdown.ts";
import { familiesIn } from "./shards/files.ts";
import { keepShards } from "./shards/keep.ts";
import { Busy } from "./up/before-up.ts";
import { EXIT, exitCodeOf, upJson, upReport, upText } from "./up/summary.ts";
import { bringUp } from "./up/up.ts";

/** The memory of an engine with plugins and program for a stack of about 50 services, in bytes. */
const ENGINE = 1.8 * 1024 ** 3;

const positive = numberThat((number) => number > 0, "more than 0");
const seconds = numberThat((number) => number >= 0, "0 or more");
const percent = numberThat((number) => number >= 0 && number <= 100, "from 0 to 100");

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const OPTIONS = {
  parallel: option("<count>", "stacks side by side (default: as cores and memory permit)", count),
  memory: option("<GB>", "the memory to use (default: what is free)", positive),
  durable: flag("write the state after each resource instead of at the end of each stack"),
  whole: flag("skip nothing, not even what the last fleet up made"),
  wait: option("<seconds>", "how long controllers may take after a wave", seconds, 300),
  maxBroken: option("<percent>", "stop if a larger share of a wave cannot be made", percent, 50),
  json: JSON_OPTION,
  report: option("<file>", "write what was changed, as Markdown"),
  ...CLUSTER,
};

export const upCommand = command({
  name: "up",
  description: "Brings up all stacks of a cluster: the shared objects first, then the services wave by wave.",
  argument: ["[stack]", "a stack of the cluster (default: the only cluster)"],
  options: OPTIONS,
  help: `
It first makes the missing shards of a stack with kargo-fleet:shards, as fleet shards does.

The stack's rollout.waves names the services that come first: [{ labels: { tier: canary } }, { percent: 10 }]. The rest is
the last wave. A wave is good if the engine succeeded, the objects are in the cluster, and, where Kargo and Argo CD run,
no Stage failed and the Applications are Healthy. After a bad wave nothing else begins. A service that cannot be made is
reported, and stops its wave only if there are more such services than --max-broken permits.

If a run was killed, run the command again: it recovers the stacks as fleet recover does, and goes on. Ctrl-C finishes what
has begun. The command skips what it made before, if the program, the stack file and the state have not changed since.

Exit codes: 0 everything is up, 2 some services could not be made, 3 it stopped at a bad wave, 4 somebody else updates a
stack, 1 it could not begin.

Examples:
  npm run fleet -- up
  npm run fleet -- up prod-eu --parallel 4 --report up.md
  npm run fleet -- up prod-eu --durable --json`,
  run,
});

async function run(options: ValuesOf<typeof OPTIONS>, stack: string | undefined): Promise<void> {
  const { json, report, parallel, memory } = options;
  // The CLI answers while the files are read.
  const asked = openEngine("").backend();
  asked.catch(() => {});
  const cluster = clusterStacks(readFleet(), stack);
  const progress = progressOn(process.stderr);
  const { line } = progress;
  const ending = new AbortController();
  const stop = () => {
    line("up: finishing what has begun; nothing else begins");
    ending.abort();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    const backend = await asked;
    // A cluster's shards follow the file that a person edits.
    const names = new Set(cluster.stacks.map(({ name }) => name));
    for (const { stack: base } of familiesIn(workingDirectory()))
      if (names.has(base)) await keepShards(base, line, backend);
    const up = await bringUp(
      cluster,
      {
        ...options,
        backend,
        parallel: parallel ?? roomFor(ENGINE, memory === undefined ? undefined : memory * 1024 ** 3),
        signal: ending.signal,
      },
      progress,
    );
    progress.end();
    if (report !== undefined) await writeFile(report, renderReport(upReport(up)));
    const again = [
      "npm run fleet -- up",
      ...(stack ? [stack] : []),
      ...(options.durable ? ["--durable"] : []),
    ].join(" ");
    process.stdout.write(`${json ? upJson(up, again) : upText(up, again)}\n`);
    process.exitCode = exitCodeOf(up);
  } catch (error) {
    if (!(error instanceof Busy)) throw error;
    line(`${error.message} Wait for its end, or stop it; then run this again.`);
    process.exitCode = EXIT.busy;
  } finally {
    progress.end();
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

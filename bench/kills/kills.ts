import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import { stopShared } from "../../test/engine/control-plane.ts";
import { openTwoStacks } from "../../test/engine/two-stacks.ts";
import { measuredToday, table, writePart } from "../benchmarks-page.ts";
import { faultsIn, lockedIn, objectsIn, type Seen, STACKS, seenIn } from "./faults.ts";
import { FIRST, POOL, type Round, roundsOf } from "./rounds.ts";

interface Options {
  readonly count: string;
  readonly seed?: string;
  readonly minutes: string;
  readonly page: boolean;
}

/** `npm run bench -- kills`: kills `fleet up` at random moments, and looks for what is lost. */
export function killsBench(): Command {
  return new Command("kills")
    .description("Kills fleet up at random moments, runs it again, and looks for what is lost or twice.")
    .option("--count <number>", "how many kills", "200")
    .option("--seed <number>", "the seed of catalogues and moments (default: another one each time)")
    .option("--minutes <number>", "begin no round after this time", "90")
    .option("--no-page", "print the table instead of writing it into docs/benchmarks.md")
    .addHelpText(
      "after",
      `
Two stacks on one real API server, with hooks on a local GitHub. Each round changes the catalogue: services come, change and
go. fleet up is killed with all its processes one to three times; then it runs to its end, and if it cannot, fleet recover
runs before it. After that each object must be once in the states and in the cluster, each hook once on GitHub, and what
stayed must be the same object as before.

Exit codes: 0 nothing was lost, 2 the time was over before, 1 something was lost or did not converge.

Example:
  npm run bench -- kills --count 10 --seed 7 --no-page`,
    )
    .action(async ({ count, seed, minutes, page }: Options) => {
      try {
        const first = Number(seed ?? randomInt(2 ** 31));
        const tally = await killRepeatedly(first, Number(count), Number(minutes));
        if (page) await writePart("kills", `${measuredToday()}\n\n${textOf(tally)}`);
        else process.stdout.write(`${textOf(tally)}\n`);
        if (killedIn(tally) < Number(count)) process.exitCode = 2;
        if (tally.faults.length > 0) process.exitCode = 1;
      } finally {
        await stopShared();
      }
    });
}

/** What happened so far. */
export interface Tally {
  readonly seed: number;
  /** The kills by the number of stacks that were being updated. */
  readonly during: readonly [none: number, one: number, two: number];
  /** The rounds that `fleet up` completed alone, and those that needed `fleet recover` before it. */
  readonly alone: number;
  readonly recovered: number;
  readonly faults: readonly string[];
}

/** @param wanted how many kills, unless the minutes are over before */
async function killRepeatedly(seed: number, wanted: number, minutes: number): Promise<Tally> {
  const started = performance.now();
  const during: [number, number, number] = [0, 0, 0];
  const faults: string[] = [];
  let [alone, recovered] = [0, 0];
  /** The seconds of an undisturbed run. */
  let usual = 10;
  let before: Seen | undefined;
  const say = (text: string) => {
    const passed = (performance.now() - started) / 60_000;
    process.stderr.write(`${passed.toFixed(1)} min, ${killedIn({ during })} of ${wanted} kills: ${text}\n`);
  };
  say(`seed ${seed}`);
  const fleet = await openTwoStacks(POOL);

  /** Brings up everything, and looks at it. */
  async function settle({ services, kills }: Round, others: ReadonlySet<string>): Promise<void> {
    if (kills.length === 0) await fleet.list(services);
    const begun = performance.now();
    let up = await fleet.fleet("up", "--wait", "60");
    usual = (performance.now() - begun) / 1_000;
    const isAlone = up.code === 0;
    if (!isAlone) {
      say(`fleet up ended with ${up.code}; fleet recover follows\n${up.output}`);
      for (const stack of STACKS) await fleet.fleet("recover", "--stack", stack);
      up = await fleet.fleet("up", "--wait", "60");
    }
    const seen = await seenIn(fleet);
    faults.push(
      ...(up.code === 0 ? [] : [`fleet up ended with ${up.code}: ${up.output}`]),
      ...faultsIn(services, seen, before, others),
    );
    before = seen;
    if (kills.length > 0 && isAlone) alone += 1;
    if (kills.length > 0 && !isAlone) recovered += 1;
    const found = faults.length === 0 ? "nothing is lost" : faults.join("\n");
    say(`${Object.keys(services).length} services are up after ${usual.toFixed(1)} s: ${found}`);
  }

  try {
    await fleet.configure();
    const others = new Set((await objectsIn(fleet)).keys());
    await settle({ services: FIRST, kills: [] }, others);
    for (const round of roundsOf(seed, wanted)) {
      if (killedIn({ during }) >= wanted || faults.length > 0) break;
      if (performance.now() - started > minutes * 60_000) break;
      await fleet.list(round.services);
      for (const share of round.kills) {
        if (killedIn({ during }) >= wanted) break;
        const seconds = share * usual;
        const victim = fleet.begin([]);
        const ended = await Promise.race([victim.ended, pause(seconds * 1_000)]);
        if (ended) continue;
        await victim.kill();
        const locks = await lockedIn(fleet);
        during[Math.min(locks, 2)] = (during[locks] ?? 0) + 1;
        say(`killed after ${seconds.toFixed(1)} s, ${locks} stacks locked`);
      }
      await settle(round, others);
    }
  } finally {
    await fleet.close();
  }
  return { seed, during, alone, recovered, faults };
}

function killedIn({ during }: Pick<Tally, "during">): number {
  return during.reduce((sum, one) => sum + one, 0);
}

/** The outcome of all rounds, as Markdown. */
export function textOf({ seed, during, alone, recovered, faults }: Tally): string {
  const [none, one, two] = during;
  const rows: (readonly [string, number])[] = [
    ["kills", none + one + two],
    ["while no stack was being updated", none],
    ["while one stack was", one],
    ["while two stacks were", two],
    ["rounds of one to three kills", alone + recovered],
    ["that the next `fleet up` completed", alone],
    ["that needed `fleet recover` before it", recovered],
    ["objects or hooks that were lost, twice, replaced or left over", faults.length],
  ];
  const counts = table(
    ["", "number"],
    rows.map(([what, number]) => [what, String(number)]),
  );
  return [`Seed ${seed}.`, counts, ...faults.map((fault) => `- ${fault}`)].join("\n\n");
}

import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import { stopShared } from "../../test/engine/control-plane.ts";
import { openTwoStacks, type TwoStacks } from "../../test/engine/two-stacks.ts";
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
      const kills = new Kills(Number(seed ?? randomInt(2 ** 31)), Number(count), Number(minutes));
      try {
        await kills.run();
        if (page) await writePart("kills", `${measuredToday()}\n\n${textOf(kills)}`);
      } finally {
        await stopShared();
      }
      if (!page) process.stdout.write(`${textOf(kills)}\n`);
      if (kills.killed < kills.wanted) process.exitCode = 2;
      if (kills.faults.length > 0) process.exitCode = 1;
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

class Kills implements Tally {
  readonly seed: number;
  readonly wanted: number;
  readonly during: [number, number, number] = [0, 0, 0];
  readonly faults: string[] = [];
  alone = 0;
  recovered = 0;
  readonly #minutes: number;
  readonly #started = performance.now();
  /** The seconds of an undisturbed run. */
  #usual = 10;
  #before: Seen | undefined;

  constructor(seed: number, wanted: number, minutes: number) {
    this.seed = seed;
    this.wanted = wanted;
    this.#minutes = minutes;
  }

  get killed(): number {
    return this.during.reduce((sum, one) => sum + one, 0);
  }

  async run(): Promise<void> {
    this.#say(`seed ${this.seed}`);
    const fleet = await openTwoStacks(POOL);
    try {
      await fleet.configure();
      const others = new Set((await objectsIn(fleet)).keys());
      await this.#settle(fleet, { services: FIRST, kills: [] }, others);
      for (const round of roundsOf(this.seed, this.wanted)) {
        if (this.killed >= this.wanted || this.faults.length > 0) break;
        if (performance.now() - this.#started > this.#minutes * 60_000) break;
        await this.#round(fleet, round, others);
      }
    } finally {
      await fleet.close();
    }
  }

  async #round(fleet: TwoStacks, round: Round, others: ReadonlySet<string>): Promise<void> {
    await fleet.list(round.services);
    for (const share of round.kills) {
      if (this.killed >= this.wanted) break;
      const seconds = share * this.#usual;
      const victim = fleet.begin([]);
      const ended = await Promise.race([victim.ended, pause(seconds * 1_000)]);
      if (ended) continue;
      await victim.kill();
      const locks = await lockedIn(fleet);
      this.during[Math.min(locks, 2)] = (this.during[locks] ?? 0) + 1;
      this.#say(`killed after ${seconds.toFixed(1)} s, ${locks} stacks locked`);
    }
    await this.#settle(fleet, round, others);
  }

  /** Brings up everything, and looks at it. */
  async #settle(fleet: TwoStacks, { services, kills }: Round, others: ReadonlySet<string>): Promise<void> {
    if (kills.length === 0) await fleet.list(services);
    const started = performance.now();
    let up = await fleet.fleet("up", "--wait", "60");
    this.#usual = (performance.now() - started) / 1_000;
    const isAlone = up.code === 0;
    if (!isAlone) {
      this.#say(`fleet up ended with ${up.code}; fleet recover follows\n${up.output}`);
      for (const stack of STACKS) await fleet.fleet("recover", "--stack", stack);
      up = await fleet.fleet("up", "--wait", "60");
    }
    const seen = await seenIn(fleet);
    this.faults.push(
      ...(up.code === 0 ? [] : [`fleet up ended with ${up.code}: ${up.output}`]),
      ...faultsIn(services, seen, this.#before, others),
    );
    this.#before = seen;
    if (kills.length > 0 && isAlone) this.alone += 1;
    if (kills.length > 0 && !isAlone) this.recovered += 1;
    const found = this.faults.length === 0 ? "nothing is lost" : this.faults.join("\n");
    this.#say(`${Object.keys(services).length} services are up after ${this.#usual.toFixed(1)} s: ${found}`);
  }

  #say(text: string): void {
    const minutes = (performance.now() - this.#started) / 60_000;
    process.stderr.write(`${minutes.toFixed(1)} min, ${this.killed} of ${this.wanted} kills: ${text}\n`);
  }
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

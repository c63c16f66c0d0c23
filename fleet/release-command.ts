import { Command, InvalidArgumentError } from "commander";
import { didYouMean, listed } from "../model/diagnostics.ts";
import { durationSeconds, isDuration } from "../model/durations.ts";
import type { ServicePlan } from "../model/plan.ts";
import { owningStack } from "../model/shards.ts";
import { serviceNames } from "./chosen-services.ts";
import { chosenPlans, type NamedPlan } from "./chosen-stacks.ts";
import type { ClusterChoice } from "./cluster.ts";
import { CLUSTER, command, flag, JSON_OPTION, option, required } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import { progressOn } from "./progress.ts";
import { type Candidate, candidateOf, targetStage } from "./release/create.ts";
import { readLive } from "./release/live.ts";
import { clustersOf, planOf } from "./release/places.ts";
import { each, type Placed, promote, type Result, standings } from "./release/promote.ts";
import { type Release, readRelease, releaseFile, writeRelease } from "./release/release.ts";
import { missingText, releaseJson, standingText, summary } from "./release/report.ts";

/** Something is missing, or not every service has its Freight. */
const LEFT = 2;
/** Milliseconds between two looks at running Promotions. */
const EVERY = 2_000;

const createCommand = command({
  name: "create",
  description: "Records the Freight that the Stages before the target run and have verified.",
  argument: ["<name>", "the release's name, such as 2026-12"],
  options: {
    ...CLUSTER,
    services: required("<names>", "services, separated by commas; each further use is a wave", wave),
    stack: option("<names...>", "the stacks (default: all that have the services, without the sandbox's)"),
    to: option("<stage>", "the Stage to promote to (default: the one with manual promotion)"),
    partial: flag("leave out services that have nothing verified"),
  },
  help: `
It reads the clusters and writes releases/<name>.json. It promotes nothing.

Exit codes: 0 written; 2 a service has nothing verified, so nothing is written without --partial; 1 it failed.`,
  async run(options, name) {
    releaseFile(name);
    const plans = chosenPlans(options.stack ?? []);
    const clusters = clustersOf(plans, options);
    try {
      const now = new Date();
      const places = options.services.map((names) => placesOf(names, plans));
      const look = async ({ name: stack, plan, service }: Place) => {
        const live = await readLive(await clusters.of(plan), service.project);
        // A service may move to another shard of the stack before it is promoted.
        const owner = owningStack(stack, plan.rollout);
        return candidateOf(service, owner, targetStage(service, options.to), live, now);
      };
      const found: Candidate[][] = [];
      for (const wave of places) found.push(await each(wave, look));
      const missing = missingText(found.flat());
      if (missing !== "") process.stderr.write(`${missing}\n`);
      const waves = found
        .map((all) => all.flatMap((one) => ("entry" in one ? [one.entry] : [])))
        .filter((entries) => entries.length > 0);
      if ((missing !== "" && !options.partial) || waves.length === 0) {
        process.stderr.write("Nothing is written. Leave these out, or use --partial.\n");
        process.exitCode = LEFT;
        return;
      }
      const file = writeRelease({ name, createdAt: now.toISOString(), waves });
      process.stdout.write(
        `Wrote ${file}: ${waves.flat().length} services in ${waves.length === 1 ? "1 wave" : `${waves.length} waves`}.\n`,
      );
    } finally {
      clusters.close();
    }
  },
});

const showCommand = command({
  name: "show",
  description: "Shows where each service of a release stands, and what is missing. It changes nothing.",
  argument: ["<name>", "the release's name"],
  options: { ...CLUSTER, json: JSON_OPTION },
  help: "\nExit codes: 0 every service has its Freight; 2 one has not; 1 it failed.",
  async run(options, name) {
    await using(name, options, async (release, waves) =>
      print(release, await standings(waves), options.json),
    );
  },
});

const promoteCommand = command({
  name: "promote",
  description: "Makes the Promotions of a release, wave by wave, with your own rights.",
  argument: ["<name>", "the release's name"],
  options: {
    ...CLUSTER,
    timeout: option("<duration>", "how long a wave may take", limit, 30 * 60),
    partial: flag("promote the rest, although something is missing"),
    json: JSON_OPTION,
  },
  help: `
It first looks at every service: is the Freight there and verified, may you promote it? If something is missing, it
promotes nothing without --partial. A wave starts when every service of the wave before has its Freight. If a Promotion fails, or
the API server refuses one, the release stops after that wave. Run the command again to go on: it makes no Promotion twice.
It never promotes to a Stage that has newer Freight.

Exit codes: 0 every service has its Freight; 2 something is missing, refused, failed or not finished; 1 the command failed.`,
  async run(options, name) {
    await using(name, options, async (release, waves) => {
      const before = await standings(waves);
      const missing = before.flat().filter(({ standing }) => standing.kind === "missing");
      if (missing.length > 0 && !options.partial) {
        print(release, before, options.json);
        process.stderr.write("Something is missing, so nothing is promoted. Use --partial for the rest.\n");
        return;
      }
      const left = (position: number, index: number) =>
        before[position]?.[index]?.standing.kind !== "missing";
      const chosen = waves.map((wave, position) => wave.filter((_, index) => left(position, index)));
      const progress = progressOn(process.stderr);
      const pace = { every: EVERY, limit: options.timeout * 1000, tell: progress.tell };
      const results = await promote(chosen, pace).finally(() => progress.end());
      const made = new Map(results.flat().map((result) => [result.entry, result]));
      print(
        release,
        before.map((wave) => wave.flatMap((one) => made.get(one.entry) ?? one)),
        options.json,
      );
    });
  },
});

/** One version of several services, recorded from what is verified and promoted in waves. */
export function releaseCommand(): Command {
  return new Command("release")
    .description("Records what several services have verified, and promotes it in waves.")
    .addCommand(createCommand())
    .addCommand(showCommand())
    .addCommand(promoteCommand())
    .addHelpText(
      "after",
      `
A release is a file, releases/<name>.json: review it and commit it like any other. Nothing runs in the background.

Examples:
  npm run fleet -- release create 2026-12 --services nginx,auth --services api-gw
  npm run fleet -- release show 2026-12
  npm run fleet -- release promote 2026-12`,
    );
}

async function using(
  name: string,
  options: ClusterChoice,
  act: (release: Release, waves: readonly (readonly Placed[])[]) => Promise<void>,
): Promise<void> {
  const release = readRelease(name);
  const plans = chosenPlans(release.waves.flat().map(({ stack }) => stack));
  const clusters = clustersOf(plans, options);
  try {
    const place = async (entry: Release["waves"][number][number]): Promise<Placed> => {
      const plan = planOf(entry, plans);
      const service = plan.services.find((one) => one.name === entry.service);
      const target = service?.stages.find((stage) => stage.name === entry.stage);
      return { entry, cluster: await clusters.of(plan), target };
    };
    await act(release, await Promise.all(release.waves.map((wave) => Promise.all(wave.map(place)))));
  } finally {
    clusters.close();
  }
}

function print(release: Release, results: readonly (readonly Result[])[], json: boolean): void {
  process.stdout.write(`${json ? releaseJson(release, results) : standingText(release, results)}\n`);
  process.stderr.write(`${summary(release, results)}\n`);
  const done = results.flat().filter(({ standing }) => standing.kind === "done").length;
  if (done < release.waves.flat().length) process.exitCode = LEFT;
}

/** A service of a stack. */
interface Place extends NamedPlan {
  readonly service: ServicePlan;
}

function placesOf(names: readonly string[], plans: readonly NamedPlan[]): Place[] {
  const all = plans.flatMap((named) => named.plan.services.map((service) => ({ ...named, service })));
  const known = [...new Set(all.map(({ service }) => service.name))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new FleetError(
      `No stack has a service ${JSON.stringify(unknown)}. ${didYouMean(unknown, known) ?? `There are: ${listed(known)}.`}`,
    );
  return all.filter(({ service }) => names.includes(service.name));
}

function wave(value: string, before: readonly (readonly string[])[] = []): readonly (readonly string[])[] {
  return [...before, serviceNames(value)];
}

function limit(text: string): number {
  if (!isDuration(text)) throw new InvalidArgumentError("Write a duration such as 30m.");
  return durationSeconds(text);
}

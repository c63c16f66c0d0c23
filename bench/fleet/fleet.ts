import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { stopShared } from "../../test/engine/control-plane.ts";
import { writePart } from "../benchmarks-page.ts";
import { readMetrics, sumOf } from "../metrics.ts";
import type { Cell, Results } from "../results.ts";
import { kubectl } from "./kubectl.ts";
import { type Peer, PHASES, type Phase, STATES } from "./phases.ts";
import { fleet, fleetOf, plain } from "./pulumi.ts";
import { Cells } from "./record.ts";
import { servicesOfLast, stagesIn } from "./shards.ts";
import { PLOT, plotOf, SMALL, textOf } from "./tables.ts";
import { openWorld, type World } from "./world.ts";

const PEERS: readonly Peer[] = [kubectl, plain, fleet];
const LATE = "the time was over";

/** `npm run bench -- fleet`: a whole fleet by kubectl, by one `pulumi up`, and by shards, in one run. */
export function fleetBench(): Command {
  return new Command("fleet")
    .description("A whole fleet by kubectl apply, by pulumi up and by fleet up, on the same API server.")
    .option("--sizes <list>", "how many services", "10,50,100,250,1000")
    .option(
      "--peers <list>",
      `of ${PEERS.map(({ name }) => name).join(", ")}`,
      PEERS.map(({ name }) => name).join(),
    )
    .option("--phases <list>", `of ${PHASES.join(", ")}`, PHASES.join())
    .option("--shard <number>", "how many services a stack of fleet up has, about", "50")
    .option("--minutes <number>", "start nothing new after this time; what is missing is said", "35")
    .option("--no-page", "print the tables instead of writing them into docs/benchmarks.md")
    .addHelpText(
      "after",
      `
Each size and command gets a control plane of its own: kube-apiserver, etcd, controller-manager, and the administrator's
guards. After each phase the tables are written again, so an interrupted run leaves what it has. The largest size comes first.
A run of some sizes, commands or phases keeps what earlier runs on this machine measured of the others.

Exit codes: 0 everything was measured, 2 the time was over before, 1 a command failed.

Examples:
  npm run bench -- fleet
  npm run bench -- fleet --sizes 10,25 --minutes 10 --no-page`,
    )
    .action(async (options: Options) => {
      const named = PEERS.filter(({ name }) => options.peers.split(",").includes(name));
      const peers = named.map((peer) => (peer === fleet ? fleetOf(Number(options.shard)) : peer));
      const phases = PHASES.filter((phase) => options.phases.split(",").includes(phase));
      const sizes = options.sizes
        .split(",")
        .map(Number)
        .sort((a, b) => a - b);
      if (
        peers.length === 0 ||
        phases.length === 0 ||
        !sizes.every((size) => Number.isInteger(size) && size > 0)
      )
        throw new Error(
          "--sizes are numbers such as 10,50, and --peers and --phases names such as kubectl apply,fleet up",
        );
      const cells = options.page ? await Cells.read() : new Cells();
      const { minutes, page } = options;
      await run({ peers, sizes, phases, cells, minutes: Number(minutes), page });
    });
}

interface Options {
  readonly sizes: string;
  readonly peers: string;
  readonly phases: string;
  readonly shard: string;
  readonly minutes: string;
  readonly page: boolean;
}

/** What to measure. */
interface Given {
  readonly peers: readonly Peer[];
  readonly sizes: readonly number[];
  readonly phases: readonly Phase[];
  readonly cells: Cells;
  readonly minutes: number;
  /** Whether the tables go into docs/benchmarks.md. */
  readonly page: boolean;
}

async function run({ peers, sizes, phases, cells, minutes, page }: Given): Promise<void> {
  const started = performance.now();
  let done = 0;
  let isOver = false;
  let hasFailed = false;

  const late = () => performance.now() - started > minutes * 60_000;
  const say = (text: string) => {
    const all = peers.length * sizes.length * phases.length;
    const passed = (performance.now() - started) / 60_000;
    process.stderr.write(`${passed.toFixed(1)} of ${minutes} min, ${done} of ${all} done: ${text}\n`);
  };
  const results = (): Results => ({
    peers: cells.measured(PEERS.map(({ name }) => name)),
    phases: cells.measured(PHASES),
    sizes: cells.sizes,
    cell: (peer, phase, size) => cells.get(peer, phase, size),
  });

  async function write(): Promise<void> {
    if (!page) return;
    await cells.write();
    await writePart("fleet", `${cells.when}\n\n${textOf(results())}`);
    const plot = plotOf(results());
    if (plot !== undefined) await writeFile(PLOT, plot);
  }

  function set(peer: Peer, phase: Phase, size: number, cell: Cell): void {
    const isLate = "missing" in cell && cell.missing === LATE;
    isOver ||= isLate;
    done += 1;
    cells.set(peer.name, phase, size, cell, isLate);
  }

  /** One failed phase ends that of its command and size, and the others go on. */
  function fail(error: Error): Cell {
    hasFailed = true;
    process.stderr.write(`${error.stack}\n`);
    // The first line is the command, with paths of this machine.
    return { missing: `failed: ${error.message.trim().split("\n").at(-1)}` };
  }

  async function measurePhase(peer: Peer, phase: Phase, size: number, world: World): Promise<Cell> {
    await peer.prepare(phase, world);
    const before = await requestsTo(world);
    const work = await peer.run(phase, world);
    if ("missing" in work) return work;
    const cell = { ...work, requests: (await requestsTo(world)) - before };
    await check(phase, size, world);
    say(`${size} services, ${peer.name}, ${phase}: ${cell.seconds.toFixed(1)} s`);
    return cell;
  }

  async function measure(peer: Peer, size: number): Promise<void> {
    const left = (phase: Phase) => peer.leftOut(phase, size) ?? (late() ? LATE : undefined);
    if (phases.every((phase) => left(phase) !== undefined)) {
      for (const phase of phases) set(peer, phase, size, { missing: left(phase) ?? "" });
      return;
    }
    say(`${size} services, ${peer.name}: starting a control plane`);
    const world = await openWorld(size, peer.shards(size));
    let failure: string | undefined;
    try {
      for (const phase of phases) {
        const missing = left(phase) ?? failure;
        const cell =
          missing === undefined ? await measurePhase(peer, phase, size, world).catch(fail) : { missing };
        // What follows would measure something else.
        if ("missing" in cell && cell.missing.startsWith("failed")) failure ??= "an earlier phase failed";
        set(peer, phase, size, cell);
        if (missing === undefined) await write();
      }
    } finally {
      await world.close();
    }
  }

  try {
    for (const [peer, size] of orderOf(peers, sizes)) await measure(peer, size).catch(fail);
  } finally {
    await write();
    await stopShared();
  }
  if (!page) process.stdout.write(`${textOf(results())}\n`);
  if (isOver) process.exitCode = 2;
  if (hasFailed) process.exitCode = 1;
}

/**
 * What matters most comes first, because the time may be over: the largest fleet, then the one to which its growth is
 * compared. What is quadratic comes last.
 */
export function orderOf(
  peers: readonly Peer[],
  sizes: readonly number[],
): readonly (readonly [peer: Peer, size: number])[] {
  const largest = Math.max(...sizes);
  const rank = (size: number) => (size === largest ? 0 : size === SMALL ? 1 : 1 + size);
  const linear = [...sizes].sort((a, b) => rank(a) - rank(b));
  return [
    ...linear.flatMap((size) => peers.filter((peer) => peer !== plain).map((peer) => [peer, size] as const)),
    ...sizes.flatMap((size) => peers.filter((peer) => peer === plain).map((peer) => [peer, size] as const)),
  ];
}

/** What the API server has answered so far, controllers included. */
async function requestsTo({ api }: World): Promise<number> {
  const { text } = await api.send("GET", "/metrics");
  return sumOf(readMetrics(text), "apiserver_request_total") ?? 0;
}

/** @throws Error if the cluster does not hold what the phase should have made */
async function check(phase: Phase, size: number, world: World): Promise<void> {
  const { api, plan } = world;
  // A recovery brings up what is shared, and the last stack.
  const wanted = phase === "destroy" ? 0 : 3 * (phase === "recovery" ? servicesOfLast(world, size) : size);
  const found = await stagesIn(world);
  if (found !== wanted)
    throw new Error(`after ${phase} the cluster has ${found} Stages instead of ${wanted}`);
  if (wanted === 0 || phase === "recovery") return;
  for (const { project, warehouse, name } of plan(STATES[phase]).services.slice(-1)) {
    const path = `/apis/kargo.akuity.io/v1alpha1/namespaces/${project}/warehouses/${name}`;
    const { spec } = (await api.get(path)) as { spec: { interval: string } };
    if (!spec.interval.startsWith(warehouse.interval))
      throw new Error(`after ${phase} the Warehouse of ${name} has the interval ${spec.interval}`);
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import { inParallel } from "../../fleet/parallel.ts";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane.ts";
import { installDefinitions } from "../../sandbox/crds.ts";
import { connectionOf } from "../../sandbox/kubernetes-api.ts";
import { stopOnSignals } from "../../sandbox/signals.ts";
import { sharedPrograms, stopShared } from "../../test/engine/control-plane.ts";
import { measuredToday, writePart } from "../benchmarks-page.ts";
import { readMetrics, type Sample, sumOf } from "../metrics.ts";
import { type Caller, callerAs, connectionsTo } from "./caller.ts";
import { groupOf, type Layout, namespacesOf, objectsOf, type Place, type Placed, places } from "./objects.ts";
import { QUESTIONS, type Question } from "./questions.ts";
import { type Answered, type Counted, type Found, textOf } from "./tables.ts";

interface Options {
  readonly services: string;
  readonly teams: string;
  readonly samples: string;
  readonly page: boolean;
}

const LAYOUTS: readonly Layout[] = ["shared", "separate"];
/** Kargo's kinds whose statuses a bench writes together with their specs. */
const KINDS = ["warehouses", "stages", "freights", "promotions"];
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const AT_ONCE = 16;

/** `npm run bench -- namespaces`: all services in one namespace, and each in its own. */
export function namespacesBench(): Command {
  return new Command("namespaces")
    .description("All services in one namespace, and each in its own, on a real API server.")
    .option(
      "--services <number>",
      "how many services; each has 1 Warehouse, 3 Stages, 1 Freight, 10 Promotions",
      "1000",
    )
    .option("--teams <number>", "how many teams own them", "50")
    .option("--samples <number>", "ask each question at most so often", "200")
    .option("--no-page", "print the table instead of writing it into docs/benchmarks.md")
    .addHelpText(
      "after",
      `
Each layout gets a control plane of its own, with plain definitions and no controllers of Kargo. The objects are what Kargo
1.11.2 wrote. Questions are asked by impersonating the team's directory group, one after the other.

Exit codes: 0 both were measured, 1 something failed.

Example:
  npm run bench -- namespaces --services 100 --teams 5 --no-page`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [services, teams, samples] = [options.services, options.teams, options.samples].map(Number);
  if (!services || !teams || teams < 2 || !samples)
    throw new Error("--services, --teams (2 or more) and --samples are numbers.");
  const found: Partial<Record<Layout, Found>> = {};
  try {
    for (const layout of LAYOUTS) {
      found[layout] = await measure(layout, places(layout, services, teams), samples);
      const text = textOf(found, { services, teams });
      if (options.page) await writePart("namespaces", `${measuredToday()}\n\n${text}`);
      else if (layout === LAYOUTS.at(-1)) process.stdout.write(`${text}\n`);
    }
  } finally {
    await stopShared();
  }
}

async function measure(layout: Layout, all: readonly Place[], samples: number): Promise<Found> {
  const started = performance.now();
  const say = (text: string) =>
    process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0)} s, ${layout}: ${text}\n`);
  const { programs } = await sharedPrograms();
  const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-namespaces-"));
  const plane = await startControlPlane({ directory: folder, programs });
  const release = stopOnSignals(() => plane.stop());
  const connection = await connectionOf(plane.kubeconfigs.admin);
  const agent = connectionsTo(connection);
  const as = (group?: string) => callerAs(connection, agent, group);
  const admin = as();
  try {
    await installDefinitions({ admin: plane.kubeconfigs.admin });
    await withoutStatusSubresource(admin);
    await createAll(admin, namespacesOf(all), say);
    await createAll(admin, all.flatMap(objectsOf), say);
    // The namespaces' own ServiceAccounts and ConfigMaps come a moment later.
    await pause(5_000);
    const full = await counts(admin, plane);
    const answered: Answered[] = [];
    for (const question of QUESTIONS) {
      answered.push(await answer(question, layout, all, Math.min(samples, question.atMost), as));
      say(question.name);
    }
    const later = (await counts(admin, plane)).slice(0, 1);
    return {
      answered,
      counted: [
        ...full,
        ...later.map(({ name, value }) => ({ name: `${name}, after all questions`, value })),
      ],
    };
  } finally {
    release();
    agent.destroy();
    await plane.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Asks a question about services that are spread over the whole fleet. */
async function answer(
  { name, as, ask }: Question,
  layout: Layout,
  all: readonly Place[],
  samples: number,
  callerAs: (group?: string) => Caller,
): Promise<Answered> {
  const milliseconds: number[] = [];
  let bytes = 0;
  // The first answers also open connections, so they do not count.
  for (let index = -Math.min(3, samples); index < samples; index++) {
    const place = all[Math.floor((Math.abs(index) * all.length) / samples) % all.length];
    if (place === undefined) throw new Error("there is no service");
    const caller = callerAs(as === "administrator" ? undefined : groupOf(place.team));
    const asked = performance.now();
    const answers = await ask(caller, place, all, layout);
    const bad = answers.find(({ status }) => status >= 300);
    if (bad) throw new Error(`${name}: the API server answered ${bad.status}: ${bad.text.slice(0, 500)}`);
    if (index < 0) continue;
    const [only, ...others] = answers;
    milliseconds.push(only && others.length === 0 ? only.milliseconds : performance.now() - asked);
    bytes += answers.reduce((sum, one) => sum + one.bytes, 0);
  }
  return { name, milliseconds, bytes: bytes / samples };
}

/** Creates objects, some at once. @throws Error if one is refused */
async function createAll(
  admin: Caller,
  objects: readonly Placed[],
  say: (text: string) => void,
): Promise<void> {
  const steps = objects.map(({ collection, object }) => async () => {
    const { status, text } = await admin.call("POST", collection, object);
    if (status !== 201) throw new Error(`${collection} answered ${status}: ${text.slice(0, 500)}`);
  });
  await inParallel(steps, AT_ONCE, (done) => {
    if (done % 5_000 === 0) say(`${done} of ${objects.length} objects`);
  });
}

/** Lets a create write the status too, which halves the time to fill the cluster and reads the same. */
async function withoutStatusSubresource(admin: Caller): Promise<void> {
  for (const kind of KINDS) {
    const path = `${DEFINITIONS}/${kind}.kargo.akuity.io`;
    const definition = JSON.parse((await admin.call("GET", path)).text) as {
      spec: { versions: { subresources?: object }[] };
    };
    for (const version of definition.spec.versions) delete version.subresources;
    const { status, text } = await admin.call("PUT", path, definition);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text.slice(0, 500)}`);
  }
  // The API server serves the new definition a moment later.
  await pause(3_000);
}

async function counts(admin: Caller, { processes }: ControlPlane): Promise<Counted[]> {
  const own = readMetrics((await admin.call("GET", "/metrics")).text);
  const etcd = processes.find(({ name }) => name === "etcd")?.url;
  const stored = readMetrics(await (await fetch(`${etcd}/metrics`)).text());
  const megabytes = (samples: readonly Sample[], metric: string) =>
    (sumOf(samples, metric) ?? Number.NaN) / 1e6;
  return [
    { name: "memory of the API server", value: megabytes(own, "process_resident_memory_bytes") },
    { name: "of it, the heap", value: megabytes(own, "go_memstats_heap_inuse_bytes") },
    { name: "etcd, without free pages", value: megabytes(stored, "etcd_mvcc_db_total_size_in_use_in_bytes") },
  ];
}

import { InvalidInput } from "../model/diagnostics.ts";
import { freezeNote, windowNote } from "../model/lifecycle-notes.ts";
import type { ServicePlan } from "../model/plan.ts";
import { absence } from "../model/selection.ts";
import { type FoundStack, nameOfStack, readFleet } from "./all-stacks.ts";
import { command, JSON_OPTION, option } from "./command.ts";

/** The services that a stack gets, and those that it does not. */
interface Listing {
  readonly stack: string;
  readonly cluster: string;
  readonly services: readonly ServicePlan[];
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
  /** One sentence per freeze in force, with its end and reason. */
  readonly freezes: readonly string[];
  /** One sentence per window. */
  readonly windows: readonly string[];
}

export const listCommand = command({
  name: "list",
  description:
    "Lists the services of each stack, why it does not get the others, what is frozen, and its windows; offline.",
  options: {
    stack: option("<name>", "only this stack"),
    json: JSON_OPTION,
  },
  help: "\nExample:\n  npm run fleet -- list --stack prod",
  run({ stack, json }) {
    const listings = chosen(stack).map(listing);
    const text = json ? JSON.stringify(listings.map(plain), null, 2) : listings.map(listingText).join("\n\n");
    process.stdout.write(`${text}\n`);
  },
});

function chosen(reference: string | undefined): readonly FoundStack[] {
  const { stacks, problems } = readFleet();
  const names = stacks.map((stack) => stack.name);
  const name = reference === undefined ? undefined : nameOfStack(reference, names);
  const found = stacks.filter((stack) => name === undefined || stack.name === name);
  if (found.some(({ plan }) => plan === undefined)) throw new InvalidInput(problems);
  return found;
}

function listing({ name: stack, plan, catalogue, config }: FoundStack): Listing {
  const rollout = config.value?.rollout;
  const all = Object.entries(catalogue?.value?.services ?? {});
  const absent = all.flatMap(([name, service]) => {
    const why = rollout && absence(name, service, rollout, config.value?.shards);
    return why ? [{ name, reason: why.reason }] : [];
  });
  const services = plan?.services ?? [];
  const freezes = plan?.freezes.map((freeze) => freezeNote(freeze, plan)) ?? [];
  const windows = plan?.platform?.calendar.filter(({ open }) => open).map(windowNote) ?? [];
  return { stack, cluster: plan?.cluster.name ?? "", services, absent, freezes, windows };
}

function listingText({ stack, cluster, services, absent, freezes, windows }: Listing): string {
  const total = services.length + absent.length;
  const rows = services.map(({ name, team, pipeline, promotionTask, state, stages }) => [
    name,
    team,
    pipeline,
    promotionTask,
    stages.map((stage) => stage.name).join(" "),
    state === "active" ? "" : state,
  ]);
  const table = columns([["SERVICE", "TEAM", "PIPELINE", "TASK", "STAGES", ""], ...rows]);
  const removed = columns(absent.map(({ name, reason }) => [name, reason]));
  return [
    `Stack ${stack}, cluster ${cluster}: ${services.length} of ${total} services`,
    ...freezes,
    ...windows,
    ...(rows.length > 0 ? table : []),
    ...(absent.length > 0 ? [`Not here, ${absent.length}:`, ...removed.map((line) => `  ${line}`)] : []),
  ].join("\n");
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function plain({ services, ...rest }: Listing): object {
  return {
    ...rest,
    services: services.map(({ name, team, pipeline, promotionTask, state, stages }) => ({
      name,
      team,
      pipeline,
      promotionTask,
      state,
      stages: stages.map((stage) => stage.name),
    })),
  };
}

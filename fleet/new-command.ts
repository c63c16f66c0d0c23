import { InvalidArgumentError } from "commander";
import { rowsOf } from "../manifests/inventory/row.ts";
import { serviceInventory } from "../manifests/inventory/service.ts";
import { didYouMean, listed } from "../model/diagnostics.ts";
import { deployingStages, type ServicePlan } from "../model/plan.ts";
import { absence } from "../model/selection.ts";
import type { Fleet } from "./all-stacks.ts";
import { command, flag, option, type ValuesOf } from "./command.ts";
import { asker } from "./edit/ask.ts";
import {
  checkText,
  type EditedCatalogue,
  homeOf,
  newHomeOf,
  openCatalogue,
  textOf,
  writeCatalogue,
} from "./edit/catalogue-file.ts";
import { addKey } from "./edit/json-edit.ts";
import { FleetError } from "./fleet-error.ts";

const OPTIONS = {
  team: option("<name>", "the team that owns it, a key of teams"),
  repository: option("<owner/name>", "the GitHub repository with its source"),
  image: option("<repository>", "the image repository (default: <registry>/<service>)"),
  pipeline: option("<name>", "a pipeline of the stacks (default: standard)"),
  chart: option("<folder>", "another chart in the GitOps repository"),
  label: option("<key=value>", "a label; may be repeated", label),
  catalogue: option("<file>", "the file to add it to, if the stacks or its team have several"),
  dryRun: flag("check and show, but write nothing"),
};

export const newCommand = command({
  name: "new",
  description:
    "Adds a service to the catalogue, checks it for every stack, and shows what a preview will create.",
  argument: ["<service>", "its name"],
  options: OPTIONS,
  help: `
It writes into the file that services.json includes for the team, else into services.json. On a terminal it asks for missing
values. The rest of the file is kept byte for byte.

Example:
  npm run fleet -- new checkout --team edge --repository acme/checkout --label tier=critical`,
  async run(options, name) {
    const catalogue = openCatalogue(options.catalogue);
    if (Object.hasOwn(catalogue.value.services, name))
      throw new FleetError(`${homeOf(catalogue, name)} already has a service ${JSON.stringify(name)}.`);
    const entry = await complete(name, options, catalogue);
    const file = newHomeOf(catalogue, entry.team);
    const text = addKey(textOf(file), ["services"], name, entry);
    const fleet = checkText(file, text);
    if (!options.dryRun) writeCatalogue(file, text);
    process.stdout.write(summary(name, catalogue.file, fleet, options.dryRun));
  },
});

/** Completes an entry by asking the user for missing values. @throws FleetError if there is no terminal */
async function complete(
  name: string,
  options: ValuesOf<typeof OPTIONS>,
  catalogue: EditedCatalogue,
): Promise<{ readonly team: string }> {
  const { image, pipeline, chart, label: labels } = options;
  const teams = Object.keys(catalogue.value.teams);
  if (options.team !== undefined && !teams.includes(options.team))
    throw new FleetError(
      `${JSON.stringify(options.team)} is not a team (there are: ${listed(teams)}). ${didYouMean(options.team, teams) ?? ""}`.trimEnd(),
    );
  const owners = [...new Set(catalogue.fleet.stacks.flatMap(({ plan }) => plan?.github.owner ?? []))];
  const team = options.team ?? (teams.length === 1 ? teams[0] : undefined);
  const repository = options.repository ?? (owners.length === 1 ? `${owners[0]}/${name}` : undefined);
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const isSettled = options.team !== undefined && options.repository !== undefined;
  return {
    ...(isTerminal && !isSettled
      ? await asked(options, { team, repository }, teams)
      : given({ team, repository }, teams)),
    ...(image !== undefined && { image }),
    ...(pipeline !== undefined && { pipeline }),
    ...(chart !== undefined && { chart: { path: chart } }),
    ...(labels !== undefined && { labels }),
  };
}

interface Owner {
  readonly team: string | undefined;
  readonly repository: string | undefined;
}

function given({ team, repository }: Owner, teams: readonly string[]) {
  if (team === undefined)
    throw new FleetError(`A service needs a team. Name it with --team (there are: ${listed(teams)}).`);
  if (repository === undefined)
    throw new FleetError("A service needs the repository of its source. Name it with --repository.");
  return { team, repository };
}

/** @param likely the answers that a person need not write */
async function asked(options: Owner, likely: Owner, teams: readonly string[]) {
  const person = asker(process.stdin, process.stdout);
  try {
    return {
      team: options.team ?? (await person.ask("Team", { among: teams, fallback: likely.team })),
      repository: options.repository ?? (await person.ask("Repository", { fallback: likely.repository })),
    };
  } finally {
    person.close();
  }
}

function summary(name: string, list: string, { stacks }: Fleet, dryRun: boolean): string {
  const listing = stacks.find(({ catalogue }) => catalogue?.document.file === list)?.catalogue?.document;
  const { file, line } = listing?.place(["services", name], "key") ?? { file: list, line: 1 };
  const added = dryRun ? `${file}: would add ${name} on line ${line}.` : `${file}:${line}  ${name} added.`;
  // Only one of a stack's shards gets it.
  const others = ({ plan }: Fleet["stacks"][number]) =>
    plan?.rollout.shard?.stack !== undefined && plan.services.every((each) => each.name !== name);
  const lines = stacks
    .filter((stack) => !others(stack))
    .map(({ name: stack, plan, catalogue, config }) => {
      const service = plan?.services.find((each) => each.name === name);
      const entry = catalogue?.value?.services[name];
      const why =
        entry && config.value && absence(name, entry, config.value.rollout, config.value.shards)?.reason;
      return `  ${stack}: ${service ? newResources(service) : `does not get it: ${why ?? "it reads another catalogue"}`}`;
    });
  return `${added} pulumi preview will show:\n${lines.join("\n")}\n`;
}

/** The resources that a preview of a stack will create: the component, its objects, its hook. */
function newResources(service: ServicePlan): string {
  const count = 1 + rowsOf(serviceInventory(service)).length;
  const stages = service.stages.map(({ name }) => name).join(", ");
  const files = deployingStages(service).length;
  return `${count} resources to create: the Kargo Project ${service.project} with Stages ${stages}, their Applications, access${service.webhook === undefined ? "" : ", the webhook"}; ${files} values files`;
}

function label(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError("Write it as key=value.");
  return { ...before, [key]: value };
}

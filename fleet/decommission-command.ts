import { didYouMean } from "../model/diagnostics.ts";
import { command, flag, option } from "./command.ts";
import { checkText, homeOf, openCatalogue, textOf, writeCatalogue } from "./edit/catalogue-file.ts";
import { setKey } from "./edit/json-edit.ts";
import { FleetError } from "./fleet-error.ts";

export const decommissionCommand = command({
  name: "decommission",
  description:
    'Does the first of the two steps that remove a service: writes "state": "decommissioned" into its entry.',
  argument: ["<service>", "its name"],
  options: {
    catalogue: option("<file>", "its file, if the stacks read several"),
    dryRun: flag("check and show, but write nothing"),
  },
  help: `
The next pulumi up turns its webhook and auto-promotion off and removes its protection; everything else is kept,
including Freight and history. Removing the entry after that up deletes its Kargo Project. Its values files stay in Git.

Example:
  npm run fleet -- decommission checkout`,
  run({ catalogue: file, dryRun }, name) {
    const catalogue = openCatalogue(file);
    const { services } = catalogue.value;
    const service = Object.hasOwn(services, name) ? services[name] : undefined;
    if (service === undefined)
      throw new FleetError(
        `${catalogue.file} has no service ${JSON.stringify(name)}. ${didYouMean(name, Object.keys(services)) ?? ""}`.trimEnd(),
      );
    if (service.state === "decommissioned")
      throw new FleetError(
        `${name} is decommissioned already. After a pulumi up of every stack that has it, remove its entry.`,
      );
    const home = homeOf(catalogue, name);
    const text = setKey(textOf(home), ["services", name], "state", "decommissioned");
    const stacks = checkText(home, text).stacks.filter(({ plan }) =>
      plan?.services.some((each) => each.name === name),
    );
    if (!dryRun) writeCatalogue(home, text);
    const where = stacks.map((stack) => stack.name).join(", ");
    const next =
      stacks.length === 0
        ? "No stack has it, so the entry can be removed now."
        : `Next: pulumi up of ${where}, which turns its webhook and auto-promotion off; then remove the entry and run pulumi up again.`;
    process.stdout.write(`${home}: ${name} ${dryRun ? "would be" : "is"} decommissioned. ${next}\n`);
  },
});

import { Command } from "commander";
import { stringify } from "yaml";
import { deployerObjects } from "./deployer.ts";
import { readStack } from "./stack-files.ts";

/** `fleet deployer`: what an administrator applies before the first `up` of a stack, and again for a new team. */
export function deployerCommand(): Command {
  return new Command("deployer")
    .description(
      "Prints as YAML what an administrator applies first: the deployer's rights, and each team's build namespace.",
    )
    .requiredOption("--stack <name>", "the stack whose deployer it is")
    .addHelpText(
      "after",
      "\nApply it before the first pulumi up, and again when a team is added.\n\nExample:\n  npm run --silent fleet -- deployer --stack prod | kubectl apply -f -",
    )
    .action(({ stack }: { stack: string }) => {
      const { config, teams } = readStack(stack);
      const documents = deployerObjects(config.access.deployer, teams).map((object) => stringify(object));
      process.stdout.write(documents.join("---\n"));
    });
}

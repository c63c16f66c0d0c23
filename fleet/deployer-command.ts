import { Command } from "commander";
import { stringify } from "yaml";
import { deployerObjects } from "./deployer.ts";
import { readStack } from "./stack-files.ts";

/** `fleet deployer`: what an administrator applies once, before the first `up` of a stack. */
export function deployerCommand(): Command {
  return new Command("deployer")
    .description(
      "Prints as YAML what an administrator applies once: the rights of the identity that runs pulumi up.",
    )
    .requiredOption("--stack <name>", "the stack whose deployer it is")
    .addHelpText(
      "after",
      "\nExample:\n  npm run --silent fleet -- deployer --stack prod | kubectl apply -f -",
    )
    .action(({ stack }: { stack: string }) => {
      const { config } = readStack(stack);
      const documents = deployerObjects(config.access.deployer).map((object) => stringify(object));
      process.stdout.write(documents.join("---\n"));
    });
}

import { Command, InvalidArgumentError } from "commander";
import { stringify } from "yaml";
import { userProblem } from "../model/subjects.ts";
import { deployerObjects, previewerObjects } from "./deployer.ts";
import { rightBase } from "./stack-files.ts";

/**
 * `fleet deployer`: prints what an administrator applies before the first `up` of a stack, and again for a new
 * team.
 */
export function deployerCommand(): Command {
  return new Command("deployer")
    .description(
      "Prints as YAML what an administrator applies first: the guards, the deployer's rights, and each team's build namespace.",
    )
    .requiredOption("--stack <name>", "the stack of the deployer")
    .option(
      "--read-only <user>",
      "print the rights of an identity that previews and checks for drift instead; its name on the API server",
      user,
    )
    .addHelpText(
      "after",
      "\nApply it before the first pulumi up, and again when a team is added or fleet preview asks for it.\n\nExamples:\n  npm run --silent fleet -- deployer --stack prod | kubectl apply -f -\n  npm run --silent fleet -- deployer --stack prod --read-only ci-previewer | kubectl apply -f -",
    )
    .action(({ stack, readOnly }: { stack: string; readOnly?: string }) => {
      const { config, plan, teams } = rightBase(stack);
      const objects =
        readOnly === undefined
          ? deployerObjects(config.access.deployer, teams, plan.platform)
          : previewerObjects(readOnly, teams);
      const documents = objects.map((object) => stringify(object));
      process.stdout.write(documents.join("---\n"));
    });
}

function user(name: string): string {
  const problem = userProblem(name);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return name;
}

import { stringify } from "yaml";
import { command, option, required } from "./command.ts";
import { deployerObjects, previewerObjects } from "./deployer.ts";
import { userName } from "./option-parsers.ts";
import { validBase } from "./stack-files.ts";

export const deployerCommand = command({
  name: "deployer",
  description:
    "Prints as YAML what an administrator applies first: the guards, the deployer's rights, and each team's build namespace.",
  options: {
    stack: required("<name>", "the stack of the deployer"),
    readOnly: option(
      "<user>",
      "print the rights of an identity that previews and checks for drift instead; its name on the API server",
      userName,
    ),
  },
  help: `
Apply it before the first pulumi up, and again when a team is added or fleet preview asks for it.

Examples:
  npm run --silent fleet -- deployer --stack prod | kubectl apply -f -
  npm run --silent fleet -- deployer --stack prod --read-only ci-previewer | kubectl apply -f -`,
  run({ stack, readOnly }) {
    const { config, plan, teams } = validBase(stack);
    const objects =
      readOnly === undefined
        ? deployerObjects(config.access.deployer, teams, plan.platform)
        : previewerObjects(readOnly, teams);
    const documents = objects.map((object) => stringify(object));
    process.stdout.write(documents.join("---\n"));
  },
});

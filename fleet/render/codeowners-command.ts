import { InvalidInput, listed } from "../../model/diagnostics.ts";
import { type FoundStack, readFleet } from "../all-stacks.ts";
import { command, flag, option } from "../command.ts";
import { FleetError } from "../fleet-error.ts";
import { git } from "../preview/git.ts";
import { catalogueOwners, codeowners } from "./codeowners.ts";

export const codeownersCommand = command({
  name: "codeowners",
  description: "Prints the CODEOWNERS of the GitOps repository, of all stacks that write it.",
  options: {
    repository: option("<owner/name>", "the repository, if the stacks write several"),
    catalogue: flag("print the CODEOWNERS of this repository, with the owner of each included file"),
  },
  help: `
Examples:
  npm run --silent fleet -- render codeowners > ../gitops/.github/CODEOWNERS
  npm run --silent fleet -- render codeowners --catalogue >> .github/CODEOWNERS`,
  run({ repository, catalogue }) {
    const stacks = validStacks();
    process.stdout.write(catalogue ? ofCatalogues(stacks) : ofRepository(stacks, repository));
  },
});

type ValidStack = ReturnType<typeof validStacks>[number];

/** All stacks except sandboxes. @throws InvalidInput if any of their files has problems */
function validStacks() {
  const { stacks, problems } = readFleet();
  const right = ({ plan, catalogue, config }: FoundStack) => {
    if (!plan || !catalogue?.value || !config.value) throw new InvalidInput(problems);
    const { gitops, github } = config.value;
    return { plan, teams: catalogue.value.teams, files: catalogue.included, gitops, owner: github.owner };
  };
  return stacks.map(right).filter(({ plan }) => !plan.github.sandbox);
}

function ofRepository(stacks: readonly ValidStack[], wanted: string | undefined): string {
  const byRepository = Map.groupBy(stacks, ({ gitops }) => gitops.repository);
  const names = [...byRepository.keys()];
  const repository = wanted ?? (names.length === 1 ? names[0] : undefined);
  if (repository === undefined)
    throw new FleetError(
      `Which repository? Name one with --repository (the stacks write: ${listed(names)}).`,
    );
  const writing = byRepository.get(repository);
  if (writing === undefined)
    throw new FleetError(`No stack writes ${repository} (they write: ${listed(names)}).`);
  return codeowners(repository, writing);
}

function ofCatalogues(stacks: readonly ValidStack[]): string {
  if (stacks.every(({ files }) => files.length === 0))
    throw new FleetError(
      'No catalogue includes a file, so there are no team files. See "include" in docs/fleet.md.',
    );
  // Outside a repository this folder counts as its root.
  return catalogueOwners(stacks, git(["rev-parse", "--show-prefix"]).stdout.trim());
}

import type { Catalogue } from "../../model/catalogue.ts";
import { deployingStages, type Plan } from "../../model/plan.ts";
import { FleetError } from "../fleet-error.ts";

/** What a CODEOWNERS is made of, of one stack. */
export interface OwnedStack {
  readonly plan: Plan;
  readonly teams: Catalogue["teams"];
}

/**
 * The CODEOWNERS of a GitOps repository: of each service's folder its team, of the files of Stages that wait for a
 * person the approvers, where the team names them. The last line that matches a path counts.
 *
 * @param stacks all that write this repository
 * @see https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 * @throws FleetError where a folder cannot be written down in a CODEOWNERS
 */
export function codeowners(repository: string, stacks: readonly OwnedStack[]): string {
  const lines = new Map<string, string>();
  for (const { plan, teams } of stacks) {
    const { owner } = plan.github;
    for (const service of plan.services) {
      const { team = service.team, approvers } = teams[service.team]?.github ?? {};
      lines.set(pattern(`${service.gitops.folder}/`), `@${owner}/${team}`);
      if (approvers === undefined) continue;
      const waiting = deployingStages(service).filter(({ deployment }) => deployment.promotion === "manual");
      for (const { deployment } of waiting)
        lines.set(pattern(deployment.valuesFile), `@${owner}/${approvers}`);
    }
  }
  const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `# Who reviews what in ${repository}. Written by fleet render codeowners; change services.json instead.`,
    "# Kargo's own commits are reviewed by nobody: let its GitHub App alone push to the branch.",
    ...sorted.map(([path, owner]) => `${path} ${owner}`),
    "",
  ].join("\n");
}

/** From the root of the repository. CODEOWNERS knows no way to escape what `.gitignore` has a meaning for. */
function pattern(path: string): string {
  if (/[#!*?[\]]/.test(path))
    throw new FleetError(
      `${path} cannot stand in a CODEOWNERS: it has no way to escape # ! * ? [ ]. Change gitops.path.`,
    );
  return `/${path}`;
}

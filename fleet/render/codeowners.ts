import type { Catalogue } from "../../model/catalogue.ts";
import type { IncludedFile } from "../../model/included-files.ts";
import { deployingStages, type Plan } from "../../model/plan.ts";
import { FleetError } from "../fleet-error.ts";

/** The data of one stack for CODEOWNERS. */
interface OwnedStack {
  readonly plan: Plan;
  readonly teams: Catalogue["teams"];
}

/** The files of a catalogue, and the GitHub names of their teams. */
interface OwnedFiles {
  readonly owner: string;
  readonly teams: Catalogue["teams"];
  readonly files: readonly Pick<IncludedFile, "path" | "team">[];
}

/**
 * The CODEOWNERS of a GitOps repository. A service's folder belongs to its team; values files of Stages with manual
 * promotion belong to the approvers, if the team has any. The last matching line counts.
 * @param stacks all stacks that write this repository
 * @see
 * https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 * @throws FleetError if CODEOWNERS cannot express a folder's name
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
  return [
    `# Who reviews what in ${repository}. Written by fleet render codeowners; change services.json instead.`,
    "# Kargo's own commits are not reviewed: let only its GitHub App push to the branch.",
    ...sorted(lines),
    "",
  ].join("\n");
}

/**
 * The CODEOWNERS of the repository of `services.json`: each included file belongs to the team in its name. The user
 * adds lines for everything else above them, because the last matching line counts.
 * @param prefix the folder of the stack files relative to the root of the repository, with a trailing slash; empty
 * at the root
 * @throws FleetError if CODEOWNERS cannot express a path
 */
export function catalogueOwners(stacks: readonly OwnedFiles[], prefix: string): string {
  const lines = new Map<string, string>();
  for (const { owner, teams, files } of stacks)
    for (const { path, team } of files)
      if (team !== undefined)
        lines.set(pattern(prefix + path), `@${owner}/${teams[team]?.github?.team ?? team}`);
  return [
    "# Who reviews which file of the catalogue. Written by fleet render codeowners --catalogue.",
    "# Above these lines, give everything else to the platform's own team: * @<owner>/<team>",
    ...sorted(lines),
    "",
  ].join("\n");
}

function sorted(lines: ReadonlyMap<string, string>): string[] {
  return [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, owner]) => `${path} ${owner}`);
}

/** A path from the root of the repository. CODEOWNERS cannot escape the special characters of `.gitignore`. */
function pattern(path: string): string {
  if (/[#!*?[\]]/.test(path))
    throw new FleetError(
      `${path} cannot be written in CODEOWNERS, which cannot escape # ! * ? [ ]. Give it another name.`,
    );
  return `/${path}`;
}

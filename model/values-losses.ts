import { counted, type Problem } from "./diagnostics.ts";
import type { PlanWithFiles } from "./losses.ts";
import { deployingStages, type GitopsPlan, type Plan, type ServicePlan } from "./plan.ts";
import type { Provisioned, ProvisionedService } from "./provisioned.ts";
import { stackProblem } from "./stack-problem.ts";

/** A service whose values files are now expected in another place. */
export interface Relocated {
  readonly service: string;
  readonly from: Place;
  readonly to: Place;
  /** The new paths of its existing files. */
  readonly files: readonly string[];
}

type Place = Pick<GitopsPlan, "repoURL" | "branch" | "folder">;

/** The services whose folder, branch or repository of values files differs from the last `up`. */
export function relocated(before: Provisioned, { services }: Pick<Plan, "services">): Relocated[] {
  const planned = new Map(services.map((service) => [service.name, service]));
  return Object.entries(before.services).flatMap(([name, was]) => {
    const now = planned.get(name);
    const from = was.values;
    if (now === undefined || from === undefined || text(from) === text(now.gitops)) return [];
    const files = filesOf(was, now);
    return files.length === 0 ? [] : [{ service: name, from, to: now.gitops, files }];
  });
}

function filesOf({ stages }: ProvisionedService, now: ServicePlan): string[] {
  const had = new Map(Object.entries(stages));
  return deployingStages(now)
    .filter(({ name }) => had.get(name)?.deploys)
    .map(({ deployment }) => deployment.valuesFile);
}

/**
 * Values files that would stay in the old place, with the running tags and the teams' values: one problem per
 * stack.
 * @param there the services whose files are all in the new place
 */
export function valuesLosses(
  before: Provisioned,
  { plan, config }: PlanWithFiles,
  there: ReadonlySet<string>,
): Problem[] {
  const lost = relocated(before, plan).filter(({ service }) => !there.has(service));
  const [first] = lost;
  if (first === undefined) return [];
  const count = counted(lost.length, "provisioned service");
  const names = lost.map(({ service }) => service).join(", ");
  const message = `sets another place for the values files of ${count}: ${names}. Those of ${first.service} are in ${text(first.from)}, and would be expected in ${text(first.to)}. Each service would start with empty files.`;
  const fix = `Undo the change; or run npm run fleet -- move-values --stack ${stackOf(config.document.file)}, which moves the files in one commit, then try again.`;
  return [stackProblem("KF096", config.document, ["gitops"], message, fix)];
}

function stackOf(file: string): string {
  return /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? "<stack>";
}

function text({ repoURL, branch, folder }: Place): string {
  return `${folder} of ${repoURL} on branch ${branch}`;
}

import type { AccessConfig } from "./access.ts";
import { type BuildTriggersPlan, planBuildTriggers } from "./build-plan.ts";
import { deploys, type Pipelines } from "./pipelines.ts";
import type { StackConfig } from "./stack-config.ts";

/** What the administrator's guards hold everybody to, the deployer too: what they must know of a stack. */
export interface GuardPlan extends AccessConfig {
  /** Every team of the catalogue, each of which has a build namespace. */
  readonly teams: readonly string[];
  /** The address of the GitOps repository. */
  readonly gitops: string;
  /** Below which hosts and paths images are. */
  readonly registries: readonly string[];
  /** Where services are deployed to, each once; the namespace with `{service}` and `{stage}` in it. */
  readonly destinations: readonly DestinationTemplate[];
  /** What all builds share, whether anything is built yet; nothing where the stack does not say how. */
  readonly builds: BuildTriggersPlan | undefined;
}

export interface DestinationTemplate {
  /** A cluster's name or address in Argo CD; nothing for its own. */
  readonly cluster: string | undefined;
  readonly namespace: string;
}

export function planGuard(teams: readonly string[], stack: StackConfig): GuardPlan {
  const { access, gitops, github, registries, registry, pipelines } = stack;
  return {
    ...access,
    teams,
    gitops: `${github.url}/${gitops.repository}.git`,
    registries: registries.length > 0 ? registries : [registry],
    destinations: destinationsOf(pipelines),
    builds: planBuildTriggers([], {}, stack),
  };
}

function destinationsOf(pipelines: Pipelines): DestinationTemplate[] {
  const all = Object.values(pipelines)
    .flat()
    .filter(deploys)
    .map(({ destination: { cluster, namespace } }) => ({ cluster, namespace }));
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}
